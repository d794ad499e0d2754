/**
 * Fetches what the default set-up leaves out because it compiles: hnswlib-node, into `.extras` (git-ignored), where
 * its index adapter finds it. Needs a C++ compiler, make and Python 3. Done already → nothing to do.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'hnswlib-node';
const VERSION = '3.0.0';
const place = fileURLToPath(new URL('../.extras', import.meta.url));
const load = createRequire(join(place, 'package.json'));

function works(): boolean {
  try {
    load(PACKAGE);
    return true;
  } catch {
    return false;
  }
}

if (works()) {
  console.log(`${PACKAGE} is already in .extras`);
} else {
  mkdirSync(place, { recursive: true });
  const manifest = { private: true, allowScripts: { [`${PACKAGE}@${VERSION}`]: true } };
  writeFileSync(join(place, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const options = ['--prefix', place, '--save-exact', '--no-audit', '--no-fund'];
  const { status, error } = spawnSync(npm, ['install', ...options, `${PACKAGE}@${VERSION}`], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0 || !works()) {
    console.error(`${PACKAGE} could not be installed (${error?.message ?? `npm ended with ${status}`}).`);
    console.error('It compiles: a C++ compiler, make and Python 3 are needed. Everything else works without it.');
    process.exit(1);
  }
  console.log(`${PACKAGE} ${VERSION} is in .extras`);
}
