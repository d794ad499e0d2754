import assert from 'node:assert/strict';
import test from 'node:test';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { baselines } from '../src/baselines.ts';
import { evaluationCases, leaveOneOut, trainItems } from '../src/split/split.ts';

function rankOf(scores: number[], target: number): number {
  let rank = 1;
  scores.forEach((score, item) => {
    if (item === target) return;
    if (score > scores[target]) rank++;
    else if (score === scores[target]) rank += 0.5;
  });
  return rank;
}

test('each baseline ranks as its definition says', async () => {
  const { log, content } = groupedLog({ users: 60 });
  const items = log.itemIds.length;
  const split = leaveOneOut(log);
  const results = await baselines(split, 'test', content);
  const counts = new Array(items).fill(0);
  for (let user = 0; user < log.userIds.length; user++)
    for (const item of new Set(trainItems(split, user))) counts[item]++;

  const rowOf = (item: number, mean: number[]) => {
    const row = Array.from(content.subarray(item * CONTENT_DIM, (item + 1) * CONTENT_DIM));
    if (row.every((value) => value === 0)) return row;
    const centred = row.map((value, k) => value - mean[k]);
    const norm = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
    return centred.map((value) => value / norm);
  };
  const withText = Array.from({ length: items }, (_, item) => item).filter((item) => item % 10 !== 0);
  const mean = Array.from(
    { length: CONTENT_DIM },
    (_, k) => withText.reduce((sum, item) => sum + content[item * CONTENT_DIM + k], 0) / withText.length,
  );
  const tables = { raw: [] as number[][], centred: [] as number[][] };
  for (let item = 0; item < items; item++) {
    tables.raw.push(rowOf(item, new Array(CONTENT_DIM).fill(0)));
    tables.centred.push(rowOf(item, mean));
  }
  const cosine = (table: number[][], a: number, b: number) =>
    a === b ? 0 : table[a].reduce((sum, value, k) => sum + value * table[b][k], 0);

  evaluationCases(split, 'test').forEach(({ history, target }, at) => {
    const last = history[history.length - 1];
    const all = Array.from({ length: items }, (_, item) => item);
    assert.equal(results.popularity?.ranks[at], rankOf(counts, target));
    assert.equal(
      results['repeat-last']?.ranks[at],
      rankOf(
        all.map((item) => (item === last ? 1 : 0)),
        target,
      ),
    );
    const close = (actual: number | undefined, expected: number) =>
      assert.ok(Math.abs(actual! - expected) <= 0.5, `${actual} ${expected}`);
    // Items without text tie at exactly 0 in both. Elsewhere, different vectors tie in neither.
    close(
      results['last-item-knn']?.ranks[at],
      rankOf(
        all.map((item) => Math.max(0, cosine(tables.raw, last, item))),
        target,
      ),
    );
    const decayed = all.map((item) =>
      [...history].reduce(
        (sum, past, i) => sum + 0.7 ** (history.length - 1 - i) * Math.max(0, cosine(tables.centred, past, item)) ** 4,
        0,
      ),
    );
    close(results['decayed-history-knn']?.ranks[at], rankOf(decayed, target));
  });
});

test('without content, the content baselines are left out', async () => {
  const { log } = groupedLog({ users: 20 });
  assert.deepEqual(Object.keys(await baselines(leaveOneOut(log), 'valid', undefined)), ['popularity', 'repeat-last']);
});
