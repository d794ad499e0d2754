/**
 * Installs the optional packages into `.extras` (git-ignored), where their adapters find them:
 *
 * - hnswlib-node, an alternative index. It compiles: a C++ compiler, make and Python 3 are needed.
 * - @redis/client, for knowledge in Redis. It has no dependencies.
 * - @huggingface/transformers, an alternative encoder. It is large. Its install scripts do not run
 *   (the one of onnxruntime-node downloads CUDA libraries from a vendor; everything else is inside the
 *   packages), and the part that only browsers need is left out.
 * - redis-server, a program for the tests of knowledge in Redis, and chromium, for the tests of the
 *   page of the service, unless they are on the PATH. On Debian and Ubuntu they are unpacked from the
 *   distribution's packages; no right of an administrator is needed.
 *
 * Packages that are installed already are left as they are.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addProgram } from './debian-program.ts';

interface Extra {
  name: string;
  version: string;
  /** Whether its own install script must run. */
  compiles: boolean;
  without: string;
}

const EXTRAS: Extra[] = [
  {
    name: 'hnswlib-node',
    version: '3.0.0',
    compiles: true,
    without: 'It compiles: a C++ compiler, make and Python 3 are needed. Everything else works without it.',
  },
  {
    name: '@redis/client',
    version: '6.3.1',
    compiles: false,
    without: 'Everything else works without it.',
  },
  {
    name: '@huggingface/transformers',
    version: '4.3.1',
    compiles: false,
    without: 'Everything else works without it.',
  },
];
const place = fileURLToPath(new URL('../.extras', import.meta.url));
const load = createRequire(join(place, 'package.json'));

function works(name: string): boolean {
  try {
    load(name);
    return true;
  } catch {
    return false;
  }
}

function install({ name, version, compiles }: Extra): string | undefined {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['--prefix', place, '--save-exact', '--no-audit', '--no-fund'];
  if (!compiles) options.push('--ignore-scripts');
  const { status, error } = spawnSync(npm, ['install', ...options, `${name}@${version}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status === 0 && works(name)) return undefined;
  return error?.message ?? `npm ended with ${status}`;
}

const missing = EXTRAS.filter(({ name }) => {
  if (!works(name)) return true;
  console.log(`${name} is already in .extras`);
  return false;
});
if (missing.length === EXTRAS.length) {
  mkdirSync(place, { recursive: true });
  const allowScripts = Object.fromEntries(
    EXTRAS.filter(({ compiles }) => compiles).map(({ name, version }) => [`${name}@${version}`, true]),
  );
  // The part for browsers, 140 MB, is never loaded in Node.
  const overrides = { 'onnxruntime-web': 'npm:onnxruntime-common@1.30.0' };
  writeFileSync(
    join(place, 'package.json'),
    `${JSON.stringify({ private: true, allowScripts, overrides }, null, 2)}\n`,
  );
}
for (const extra of missing) {
  const failure = install(extra);
  if (failure === undefined) console.log(`${extra.name} ${extra.version} is in .extras`);
  else {
    console.error(`${extra.name} was not installed (${failure}).\n${extra.without}`);
    process.exitCode = 1;
  }
}

const PROGRAMS = [
  {
    name: 'redis-server',
    packages: ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'],
    path: 'usr/bin/redis-server',
    folder: 'redis',
    without: 'Only tests and benches of knowledge in Redis need it.',
  },
  {
    name: 'chromium',
    packages: ['chromium', 'chromium-common'],
    path: 'usr/lib/chromium/chromium',
    folder: 'chromium',
    without: 'Only tests of the page of the service need it.',
  },
];
for (const { folder, without, ...program } of PROGRAMS) {
  const problem = addProgram(join(place, folder), program);
  if (problem === undefined) continue;
  console.error(`${program.name} is not there (${problem}).\n${without}`);
  process.exitCode = 1;
}
