/**
 * `pnpm check:kills [N] [M]`: kills a service N times (default 200) at random moments, most of them under
 * write load, some while it starts, and starts it again in the same folder. After each start every
 * write that was acknowledged must be there, none twice. Then it kills training, publication, backup
 * and restore M times each (default 5): what was there before must stay whole, and there must be no half
 * result.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, verifyBackup } from '../../packages/workspace/src/index.ts';
import { compare } from './acknowledged.ts';
import { ended, freePort, killWithin, makeShop, serve, start, startWriter } from './command.ts';

const [kills = 200, killsOfCommands = 5] = process.argv.slice(2).map(Number);
/** Longest time between the start of a service and its end. */
const LIFE_MS = 1500;
const PROGRESS_EVERY = 10;

const root = await mkdtemp(join(tmpdir(), 'lorekeep-kills-'));
const dir = join(root, 'shop');
const problems: string[] = [];

function check(holds: boolean, problem: string): void {
  if (holds) return;
  problems.push(problem);
  console.log(`!! ${problem}`);
}

async function killService(): Promise<void> {
  const file = join(root, 'acknowledged');
  const port = await freePort();
  const writer = startWriter(port, file);
  let compared = 0;
  let slowest = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const began = performance.now();
      const service = await serve(dir, port);
      slowest = Math.max(slowest, performance.now() - began);
      const { acknowledged, missing, twice } = await compare(dir, file, compared);
      compared += acknowledged;
      check(missing.length === 0, `after kill ${kill - 1}: missing ${missing.join(', ')}`);
      check(twice.length === 0, `after kill ${kill - 1}: twice ${twice.join(', ')}`);
      await killWithin(service, LIFE_MS);
      // Every fifth time, one more while it starts.
      if (kill % 5 === 0) await killWithin(start(['serve', '--workspace', dir, '--port', String(port)]), LIFE_MS);
      if (kill % PROGRESS_EVERY === 0) console.log(`${kill} kills of the service, ${compared} writes compared`);
    }
  } finally {
    writer.kill('SIGKILL');
    await ended(writer);
  }
  const service = await serve(dir, port);
  const all = await compare(dir, file);
  service.kill('SIGTERM');
  check((await ended(service)) === 0, 'the last service did not end with 0');
  check(all.missing.length + all.twice.length === 0, `at the end: ${[...all.missing, ...all.twice].join(', ')}`);
  console.log(
    `service: ${kills} kills, ${all.acknowledged} acknowledged writes, ${all.missing.length} missing, ${all.twice.length} twice; slowest start ${(slowest / 1000).toFixed(1)} s`,
  );
}

/** Runs a command to its end to see how long it takes, then kills it at random moments of that time. */
async function killCommand(
  name: string,
  wordsOf: (run: number) => string[],
  isWhole: (run: number) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  check((await ended(start(wordsOf(0)))) === 0, `${name} fails`);
  const ms = performance.now() - began;
  let finished = 0;
  for (let run = 1; run <= killsOfCommands; run++) {
    if ((await killWithin(start(wordsOf(run)), ms)) === 0) finished++;
    await isWhole(run).catch((error) => check(false, `${name}, kill ${run}: ${error}`));
  }
  check((await ended(start(wordsOf(killsOfCommands + 1)))) === 0, `${name} fails after it was killed`);
  console.log(`${name}: ${killsOfCommands} kills within ${(ms / 1000).toFixed(1)} s (${finished} came too late)`);
}

/** The workspace opens, and its live version answers. */
async function isServed(folder: string): Promise<void> {
  await using workspace = await openWorkspace(folder);
  const engine = await workspace.engine();
  const { items } = await engine.recommend({ user: 'nobody', k: 5 });
  check(items.length === 5, `${folder} answers ${items.length} items`);
  await engine.close();
}

try {
  await makeShop(dir);
  await killService();
  const train = (run: number) => ['train', '--workspace', dir, '--preset', 'linear', '--seed', String(run + 1)];
  await killCommand('train', train, () => isServed(dir));
  await killCommand(
    'publish',
    () => ['publish', '--workspace', dir],
    () => isServed(dir),
  );
  const backup = (run: number) => join(root, 'backups', `b${run}`);
  await killCommand(
    'backup',
    (run) => ['backup', backup(run), '--workspace', dir],
    async (run) => {
      await verifyBackup(backup(0));
      if (existsSync(backup(run))) await verifyBackup(backup(run));
      await isServed(dir);
    },
  );
  const restored = (run: number) => join(root, 'restored', `r${run}`);
  await killCommand(
    'restore',
    (run) => ['restore', backup(0), '--workspace', restored(run)],
    async (run) => {
      await verifyBackup(backup(0));
      if (existsSync(restored(run))) await isServed(restored(run));
      await isServed(restored(0));
    },
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
console.log(problems.length === 0 ? 'All whole.' : `${problems.length} problems.`);
process.exitCode = problems.length === 0 ? 0 : 1;
