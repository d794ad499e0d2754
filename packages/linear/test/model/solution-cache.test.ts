import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { centredContent, contentMean } from '@lorekeep/core';
import { leaveOneOut } from '@lorekeep/evaluation';
import { CONTENT_DIM, groupedLog } from '@lorekeep/testing';
import { openSolutions, type SolutionOptions } from '../../src/model/solution.ts';
import { clearSolutions, readCached, writeCached } from '../../src/model/solution-cache.ts';
import { type GramSettings, type Interactions, interactionsOf } from '../../src/solve/gram.ts';
import { strongestNeighbours } from '../../src/solve/neighbours.ts';
import { solveItems } from '../../src/solve/solve.ts';

const { log, content } = groupedLog({ users: 160 });
const split = leaveOneOut(log);
const items = log.itemIds.length;
const centred = centredContent(content, contentMean(content, items, CONTENT_DIM));
const interactions = interactionsOf(split);

async function solution(
  x: Interactions,
  texts: Float32Array,
  settings: GramSettings,
  { withFoldIn, ...options }: SolutionOptions & { withFoldIn: boolean },
) {
  const solutions = openSolutions(x, texts, options);
  try {
    return await solutions.solve(settings, withFoldIn);
  } finally {
    await solutions.close();
  }
}

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-solution-'));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

for (const denseItems of [undefined, 0])
  test(`a cached solution ${denseItems === 0 ? 'by columns ' : ''}equals the solution and is not solved again`, async () => {
    await inDirectory(async (directory) => {
      const cache = { directory, data: 'these' };
      let solved = 0;
      const settings = { lambda: 5, beta: 2 };
      const options = { neighboursPerItem: 12, withFoldIn: true, cache, denseItems, progress: () => solved++ };
      const fresh = await solution(interactions, centred, settings, options);
      assert.ok(solved > 0);
      solved = 0;
      assert.deepEqual(await solution(interactions, centred, settings, options), fresh);
      assert.equal(solved, 0);
      const { neighbours } = await solution(interactions, centred, settings, { ...options, neighboursPerItem: 5 });
      assert.equal(solved, 0, 'fewer neighbours come from the same cached solution');
      if (denseItems === undefined)
        assert.deepEqual(neighbours, strongestNeighbours(await solveItems(interactions, centred, settings), 5));
      // Everything that a solution depends on is part of the file's name.
      for (const other of [
        { settings: { lambda: 6, beta: 2 }, options },
        { settings: { lambda: 5, beta: 0 }, options },
        { settings, options: { ...options, neighboursPerItem: 300 } },
        { settings, options: { ...options, withFoldIn: false } },
        { settings, options: { ...options, denseItems: denseItems === 0 ? items : 0 } },
        { settings, options: { ...options, cache: { directory, data: 'others' } } },
      ]) {
        solved = 0;
        await solution(interactions, centred, other.settings, other.options);
        assert.ok(solved > 0);
      }
      // A damaged file is ignored.
      for (const name of await readdir(directory)) await writeFile(join(directory, name), 'x');
      assert.deepEqual(await solution(interactions, centred, settings, options), fresh);
      await writeCached(cache, 'key', { a: 1 });
      await clearSolutions(cache);
      assert.deepEqual(await readCached(cache, 'key'), { a: 1 });
      await clearSolutions({ directory, data: 'others' });
      assert.equal((await readdir(directory)).length, 0, 'files of other data are removed');
      assert.equal(await readCached(cache, 'key'), undefined);
      await clearSolutions({ directory: join(directory, 'missing'), data: 'these' });
    });
  });

test('solutions by columns share the nearest texts of one search', async () => {
  await inDirectory(async (directory) => {
    const cache = { directory, data: 'these' };
    const first = { neighboursPerItem: 12, withFoldIn: false, denseItems: 0 };
    const expected = await solution(interactions, centred, { lambda: 5, beta: 6 }, first);
    await solution(interactions, centred, { lambda: 5, beta: 2 }, { ...first, cache });
    const stages = new Set<string | undefined>();
    const progress = ({ note }: { note?: string }) => stages.add(note);
    const second = { ...first, cache, progress };
    assert.deepEqual(
      (await solution(interactions, centred, { lambda: 5, beta: 6 }, second)).diagonal,
      expected.diagonal,
    );
    assert.ok(!stages.has('nearest texts'));
    stages.clear();
    for (const name of await readdir(directory)) await writeFile(join(directory, name), 'x');
    assert.deepEqual(
      (await solution(interactions, centred, { lambda: 5, beta: 6 }, second)).diagonal,
      expected.diagonal,
    );
    assert.ok(stages.has('nearest texts'), 'a damaged file is found again');
  });
});
