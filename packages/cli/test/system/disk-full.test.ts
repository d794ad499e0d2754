/**
 * A disk that is really full: each command says so, leaves nothing half-written, and continues when
 * there is room. The disk is a small tmpfs in a namespace of its own, where the kernel allows it.
 */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { MAIN } from '../command.ts';

const run = promisify(execFile);
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt']).status === 0;

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-full-'));
  await mkdir(join(dir, 'disk'));
  await writeSimulatedShop(join(dir, 'shop'), { events: 4000, users: 60, items: 300 });
  await writeFile(join(dir, 'quick.json'), JSON.stringify({ training: { epochs: 2 }, network: { dim: 16 } }));
});
after(() => rm(dir, { recursive: true }));

/** Free space in KiB with which the command must fail, and the command. */
const STEPS: [free: number[], words: string][] = [
  [[200], 'import --items shop/items.jsonl.gz --events shop/interactions.tsv.gz'],
  [[0, 100], 'encode --model lexical'],
  [[0, 900], 'train --config quick.json'],
  [[20, 60], 'publish'],
  [[40], 'evaluate --report disk/report.html'],
];

/** Prints one line for each run: the words, `full` or `room`, and the last line of the command. */
function script(): string {
  const command = (words: string) =>
    `"${process.execPath}" "${MAIN}" ${words} --workspace disk/shop --json 2>&1 | tail -1`;
  const lines = STEPS.flatMap(([sizes, words]) => [
    ...sizes.flatMap((size) => [
      `free=$(df --output=avail -k disk | tail -1)`,
      `head -c $(((free - ${size}) * 1024)) /dev/zero > disk/filler`,
      `printf 'full %s\\n' "$(${command(words)})"`,
      `echo "left $(find disk -name '*.tmp')"`,
      `rm disk/filler`,
    ]),
    `printf 'room %s\\n' "$(${command(words)})"`,
  ]);
  return ['mount -t tmpfs -o size=48m tmpfs disk', ...lines].join('\n');
}

test('commands report a full disk and continue when there is room', {
  skip: !canMount && 'no namespaces',
}, async () => {
  const env = { ...process.env, INIT_CWD: dir };
  const { stdout } = await run('unshare', ['-rm', 'sh', '-e', '-c', script()], { cwd: dir, env, maxBuffer: 1e8 });
  const lines = stdout.trimEnd().split('\n');
  for (const [sizes, words] of STEPS) {
    for (const size of sizes) {
      const { error } = JSON.parse(lines.shift()!.replace(/^full /, ''));
      assert.match(error?.code ?? '', /^(STORE_)?DISK_FULL$/, `${words} with ${size} KiB: ${JSON.stringify(error)}`);
      assert.match(error.details.path, /\/disk\//, words);
      assert.match(error.hint, /^Free space on the disk .* run the (same )?command again/, words);
      assert.equal(lines.shift(), 'left ', `${words} with ${size} KiB leaves something behind`);
    }
    const { error } = JSON.parse(lines.shift()!.replace(/^room /, ''));
    assert.equal(error, undefined, `${words} with room: ${JSON.stringify(error)}`);
  }
});
