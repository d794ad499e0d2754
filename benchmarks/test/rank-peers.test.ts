/**
 * The peers of the bench `rank` on a small log in which the clicks depend on the item's tag. It
 * needs a Python with their packages, which `LOREKEEP_PEER_PYTHON` names: they are too large to be
 * installed for a test.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import {
  openRankPeer,
  RANK_PEERS,
  type RankLog,
  type RankPeer,
  type RankRun,
  runRankPeer,
  saveRankLog,
} from '../src/suites/rank/peers.ts';

const [USERS, ITEMS, TAGS, WINDOWS, LENGTH] = [40, 60, 4, 4, 5];
const ROWS = 3200;
const MODULES: Record<RankPeer, string> = { lightgbm: 'lightgbm', fuxictr_din: 'fuxictr, torch', torch_din: 'torch' };
const python = process.env.LOREKEEP_PEER_PYTHON;
const skipOf = (name: RankPeer) =>
  python !== undefined && spawnSync(python, ['-c', `import safetensors, ${MODULES[name]}`]).status === 0
    ? false
    : `LOREKEEP_PEER_PYTHON names no Python that has ${MODULES[name]}`;

let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-rank-peers-'));
});
after(() => rm(directory, { recursive: true }));

/** Items of tags 0 and 1 are clicked in nine of ten impressions, the others in one of ten. */
function smallLog(): RankLog {
  const random = createRandom(5);
  const ints = (length: number, value: (at: number) => number) => Int32Array.from({ length }, (_, at) => value(at));
  const windows = ints(ROWS, (row) => Math.floor((row * WINDOWS) / ROWS));
  const items = ints(ROWS, () => random.int(ITEMS));
  const click = (item: number) => Number(random.next() < (item % TAGS < 2 ? 0.9 : 0.1));
  return {
    users: ints(ROWS, () => random.int(USERS)),
    items,
    surfaces: ints(ROWS, () => random.int(2)),
    times: ints(ROWS, (row) => 1_600_000_000 + row * 200),
    days: ints(ROWS, (row) => Math.floor((row * WINDOWS * 2) / ROWS)),
    windows,
    labels: Uint8Array.from({ length: ROWS * 2 }, (_, at) => click(items[at >> 1])),
    train: Uint8Array.from({ length: ROWS }, () => Number(random.next() < 0.8)),
    score: Uint8Array.from({ length: ROWS }, () => Number(random.next() < 0.9)),
    historyItems: ints(ROWS * LENGTH, (at) => (at % LENGTH < 3 ? random.int(ITEMS) : -1)),
    historyOutcomes: ints(ROWS * LENGTH, (at) => (at % LENGTH < 3 ? random.int(4) : 0)),
    historyAges: ints(ROWS * LENGTH, (at) => at % LENGTH),
    itemFields: ints(ITEMS * 2, (at) => (at % 2 === 0 ? (at >> 1) % TAGS : ((at >> 1) % 7) - 1)),
    userFields: ints(USERS, (user) => user % 3),
    names: { outcomes: ['click', 'like'], surfaces: ['a', 'b'], itemFields: ['tag', 'author'], userFields: ['group'] },
  };
}

/** Share of pairs of the same user and window, one clicked and one not, in the right order. */
function orderedPairs(log: RankLog, scores: Float32Array): number {
  let pairs = 0;
  let right = 0;
  for (let a = 0; a < ROWS; a++) {
    if (log.windows[a] < 1 || log.labels[2 * a] === 0 || Number.isNaN(scores[2 * a])) continue;
    for (let b = 0; b < ROWS; b++) {
      if (log.users[a] !== log.users[b] || log.windows[a] !== log.windows[b] || log.labels[2 * b] === 1) continue;
      if (Number.isNaN(scores[2 * b])) continue;
      pairs++;
      right += scores[2 * a] > scores[2 * b] ? 1 : scores[2 * a] === scores[2 * b] ? 0.5 : 0;
    }
  }
  return right / pairs;
}

for (const name of RANK_PEERS)
  test(`the peer ${name} learns, scores what is to be scored, and knows no outcome of the window that it scores`, {
    skip: skipOf(name),
  }, async () => {
    const [input, output] = ['input', 'output'].map((file) => join(directory, `${name}-${file}.safetensors`));
    const log = smallLog();
    const settings =
      name === 'lightgbm' ? { threads: 1 } : { threads: 1, batch: 32, learningRate: 0.01, historyFields: ['tag'] };
    const peer = await openRankPeer(name, 1, () => {});
    try {
      await saveRankLog(input, log);
      const { scores, trained_rows, rows_per_s } = await runRankPeer(peer, input, output, settings);
      assert.equal(scores.length, ROWS * 2);
      for (let at = 0; at < scores.length; at++)
        assert.equal(
          Number.isFinite(scores[at]),
          log.windows[at >> 1] > 0 && log.score[at >> 1] === 1,
          `row ${at >> 1}`,
        );
      assert.ok(orderedPairs(log, scores) > 0.7);
      assert.ok(trained_rows > 0 && rows_per_s > 0);

      // Other outcomes from window 2 on, and on rows that are not trained on.
      const changed = Uint8Array.from(log.labels, (label, at) =>
        log.windows[at >> 1] >= 2 || log.train[at >> 1] === 0 ? 1 - label : label,
      );
      const other = join(directory, `${name}-changed.safetensors`);
      await saveRankLog(other, { ...log, labels: changed });
      const again = (await runRankPeer(peer, other, output, settings)).scores;
      const upTo = (window: number, of: Float32Array) => of.filter((_, at) => log.windows[at >> 1] <= window);
      assert.deepEqual(upTo(2, again), upTo(2, scores));
      assert.notDeepEqual(upTo(3, again), upTo(3, scores));
    } finally {
      await peer.close();
    }
  });

test('the speed of PyTorch is measured in blocks of steps, with dense and with sparse gradients', {
  skip: skipOf('torch_din'),
}, async () => {
  const input = join(directory, 'speed.safetensors');
  await saveRankLog(input, smallLog());
  const peer = await openRankPeer('torch_din', 1, () => {});
  try {
    for (const sparse of [false, true]) {
      await peer.call('setup', { input, threads: 1, batch: 64, sparse });
      const { train_seconds, rows_per_s } = await peer.call<RankRun>('steps', { count: 3 });
      assert.ok(Math.abs(rows_per_s * train_seconds - 3 * 64) < 1e-6);
    }
  } finally {
    await peer.close();
  }
});
