/**
 * Installs the packed packages as a stranger would: into an empty folder, with install scripts off.
 * There the quickstart runs to its end, a strict TypeScript program compiles against the library and
 * runs, and two linters of packages look at every tarball. Prints the size and the time of the
 * installation. `--node VERSION` runs the program on another version of Node; give it several times.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { packAll } from '../build/pack.ts';
import { ROOT } from '../build/packages.ts';

/** What the README promises. */
const MAX_MB = 700;

const { values } = parseArgs({ options: { node: { type: 'string', multiple: true, default: [] } } });
const place = mkdtempSync(join(tmpdir(), 'lorekeep-install-'));
try {
  const tarballs = await packAll(join(place, 'tarballs'));
  lint(tarballs);
  const shop = join(place, 'shop');
  install(shop, tarballs);
  for (const node of [process.execPath, ...values.node.map(fetchNode)]) tryOut(shop, node);
} finally {
  rmSync(place, { recursive: true, force: true });
}

function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 2 ** 28,
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
}

function lint(tarballs: readonly string[]): void {
  const tool = (name: string) => join(ROOT, 'node_modules', '.bin', name);
  for (const tarball of tarballs) {
    run(tool('publint'), ['run', tarball, '--strict'], ROOT);
    run(tool('attw'), [tarball, '--profile', 'esm-only'], ROOT);
  }
  console.log(`publint and attw: ${tarballs.length} tarballs, nothing found`);
}

function install(folder: string, tarballs: readonly string[]): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const started = performance.now();
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], folder);
  const seconds = Math.round((performance.now() - started) / 1000);
  const megabytes = Number(run('du', ['-sm', 'node_modules'], folder).split('\t')[0]);
  console.log(`installed in ${seconds} s, ${megabytes} MB`);
  if (megabytes > MAX_MB) throw new Error(`the installation is larger than ${MAX_MB} MB`);
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '@types/node@24'], folder);
}

/** The path of another version of Node. */
function fetchNode(version: string): string {
  const folder = join(place, `node-${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  // The install script of this package links the binary of the platform.
  run('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], folder);
  return join(folder, 'node_modules', '.bin', 'node');
}

function tryOut(folder: string, node: string): void {
  const version = run(node, ['--version'], folder).trim();
  const env = { PATH: `${dirname(node)}:${process.env.PATH}` };
  rmSync(join(folder, '.lorekeep'), { recursive: true, force: true });
  const output = run('npx', ['lorekeep', 'quickstart', '--no-serve'], folder, env);
  if (!output.includes('Metrics on the test users')) throw new Error(`the quickstart prints no metrics\n${output}`);
  cpSync(join(ROOT, 'scripts', 'check-install', 'consumer'), folder, { recursive: true });
  run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', '.'], folder);
  const answer = run(node, ['consumer.js'], folder, env);
  console.log(`Node ${version}: quickstart, strict TypeScript consumer (${answer.trim()})`);
}
