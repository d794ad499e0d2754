/** Whatever the program tells the user to type can be typed where the user is. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { programName, withTyped } from '../src/guidance/invocation.ts';
import { lorekeep, MAIN } from './command.ts';

const run = promisify(execFile);

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-invocation-'));
});
after(() => rm(dir, { recursive: true }));

test('a script of the checkout is run by its package manager', () => {
  const script = '/code/lorekeep/packages/cli/src/main.ts';
  const start = (env: NodeJS.ProcessEnv) => programName({ script, env, directory: '/code/lorekeep' });
  const pnpm = { npm_config_user_agent: 'pnpm/12.0.0 npm/? node/v24.0.0' };
  assert.equal(start({ ...pnpm, npm_lifecycle_event: 'lorekeep' }), 'npx -y pnpm@12 lorekeep');
  assert.equal(start({ ...pnpm, npm_lifecycle_event: 'quickstart' }), 'npx -y pnpm@12 lorekeep');
  const npm = { npm_config_user_agent: 'npm/11.0.0 node/v24.0.0', npm_lifecycle_event: 'lorekeep' };
  assert.equal(start(npm), 'npm run lorekeep --');
  assert.equal(start({ npm_lifecycle_event: 'test' }), 'node packages/cli/src/main.ts');
});

test('an installed program is typed by its name if it is on the PATH, else with npx', async () => {
  const bin = join(dir, 'bin');
  const local = join(dir, 'shop', 'node_modules', '.bin');
  for (const folder of [bin, local]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'lorekeep'), '');
    await chmod(join(folder, 'lorekeep'), 0o755);
  }
  const script = join(dir, 'shop', 'node_modules', 'lorekeep', 'dist', 'main.js');
  const start = (PATH: string, file = script) => programName({ script: file, env: { PATH }, directory: dir });
  assert.equal(start(bin), 'lorekeep');
  assert.equal(start(bin, join(bin, 'lorekeep')), 'lorekeep');
  // npx and package managers put the second folder on the PATH of the program, not on the user's.
  assert.equal(start(local), 'npx lorekeep');
  assert.equal(start(local, join(local, 'lorekeep')), 'npx lorekeep');
});

test('the script of the package in a checkout is started with npx there, and by its path elsewhere', () => {
  const script = '/code/lorekeep/packages/cli/src/main.ts';
  const env = { NODE_PATH: '/code/lorekeep/node_modules/.bin/../.pnpm/node_modules', npm_lifecycle_event: 'npx' };
  const start = (directory: string) => programName({ script, env, directory });
  assert.equal(start('/code/lorekeep'), 'npx lorekeep');
  assert.equal(start('/code/lorekeep/examples'), 'npx lorekeep');
  assert.equal(start('/code/shop'), '../lorekeep/node_modules/.bin/lorekeep');
});

test('status prints a command that works as it stands', async () => {
  const env = { PATH: process.env.PATH };
  const { stdout } = await run(process.execPath, [MAIN, 'status', '--workspace', 'shop'], { cwd: dir, env });
  const [, typed] = /^Help: (.+) --help,/m.exec(stdout) ?? [];
  assert.match(typed, /^node .*main\.ts$/);
  const shown = await run('sh', ['-c', typed.replace(/^node/, process.execPath)], { cwd: dir, env });
  assert.match(shown.stdout, /There is no workspace/);
  await symlink(MAIN, join(dir, 'lorekeep'));
  const linked = await run(process.execPath, [join(dir, 'lorekeep'), 'status'], { cwd: dir, env: { PATH: dir } });
  assert.match(linked.stdout, /^Help: lorekeep --help/m);
});

test('hints name the program in the same way', async () => {
  assert.match(withTyped('Run `lorekeep train`, then `lorekeep publish`.'), /^Run `.+ train`, then `.+ publish`\.$/);
  const { stderr } = await lorekeep(['train', '--workspace', 'absent'], dir);
  assert.match(stderr, /Run `lorekeep import`/);
  const direct = await run(process.execPath, [MAIN, 'train'], { cwd: dir, env: {} }).catch((error) => error);
  assert.match(direct.stderr, /Run `node \S+main\.ts import`/);
});
