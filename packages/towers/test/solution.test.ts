/** What is solved once is not solved again, and comes back as it was. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { centredContent, contentMean } from '../src/content.ts';
import {
  evaluateTowers,
  interactionsOf,
  leaveOneOut,
  resolveConfig,
  solveItems,
  strongestNeighbours,
  trainTowers,
} from '../src/index.ts';
import { clearShelf, keepNote, keptNote, solution } from '../src/solved/solution.ts';
import { CONTENT_DIM, contentInfo, groupedCorpus } from './corpora.ts';

const { corpus, content } = groupedCorpus({ users: 160 });
const split = leaveOneOut(corpus);
const items = corpus.itemIds.length;
const centred = centredContent(content, contentMean(content, items, CONTENT_DIM));
const interactions = interactionsOf(split);

async function inDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-solution-'));
  try {
    await body(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a kept solution is the solution, and is not solved again', async () => {
  await inDirectory(async (directory) => {
    const shelf = { directory, data: 'these' };
    let solved = 0;
    const settings = { lambda: 5, beta: 2 };
    const options = { perItem: 12, adapted: true, shelf, progress: () => solved++ };
    const fresh = await solution(interactions, centred, settings, options);
    assert.ok(solved > 0);
    solved = 0;
    assert.deepEqual(await solution(interactions, centred, settings, options), fresh);
    assert.equal(solved, 0);
    const { neighbours } = await solution(interactions, centred, settings, { ...options, perItem: 5 });
    assert.equal(solved, 0, 'fewer neighbours are among those kept');
    assert.deepEqual(neighbours, strongestNeighbours(await solveItems(interactions, centred, settings), 5));
    // Anything that matters is part of the name.
    for (const other of [
      { settings: { lambda: 6, beta: 2 }, options },
      { settings: { lambda: 5, beta: 0 }, options },
      { settings, options: { ...options, perItem: 300 } },
      { settings, options: { ...options, adapted: false } },
      { settings, options: { ...options, shelf: { directory, data: 'others' } } },
    ]) {
      solved = 0;
      await solution(interactions, centred, other.settings, other.options);
      assert.ok(solved > 0);
    }
    // A damaged file is as good as none.
    for (const name of await readdir(directory)) await writeFile(join(directory, name), 'x');
    assert.deepEqual(await solution(interactions, centred, settings, options), fresh);
    await keepNote(shelf, 'what', { a: 1 });
    await clearShelf(shelf);
    assert.deepEqual(await keptNote(shelf, 'what'), { a: 1 });
    await clearShelf({ directory, data: 'others' });
    assert.equal((await readdir(directory)).length, 0, 'of other data nothing stays');
    assert.equal(await keptNote(shelf, 'what'), undefined);
    await clearShelf({ directory: join(directory, 'nowhere'), data: 'these' });
  });
});

test('another seed, and a run that was stopped in the second stage, take what was solved; the model is the same', async () => {
  await inDirectory(async (workDir) => {
    const config = resolveConfig('learn', { dim: 16, hidden: 8, epochs: 0, maxHistory: 8 });
    const stages: string[] = [];
    const stop = new AbortController();
    const run = (seed: number, signal?: AbortSignal, directory: string | undefined = workDir) => {
      stages.length = 0;
      const progress = ({ stage, done }: { stage: string; done: number }) => {
        stages.push(stage);
        if (stage === 'second-stage' && done > 0) stop.abort(new Error('stopped'));
      };
      return trainTowers({ corpus, content, contentInfo, config, seed, workDir: directory, progress, signal });
    };
    await assert.rejects(run(3, stop.signal), /stopped/);
    assert.ok(stages.includes('search') && stages.includes('solve'));
    const resumed = await run(3);
    assert.ok(!stages.includes('search') && !stages.includes('solve'));
    const undisturbed = await trainTowers({ corpus, content, contentInfo, config, seed: 3 });
    assert.deepEqual(resumed.secondStage?.report, undisturbed.secondStage?.report);
    assert.deepEqual(resumed.linear, undisturbed.linear);
    assert.deepEqual(
      (await evaluateTowers(resumed, 'valid')).ranks,
      (await evaluateTowers(undisturbed, 'valid')).ranks,
    );
    const other = await run(4);
    assert.ok(!stages.includes('search') && !stages.includes('solve'));
    assert.deepEqual(other.linear, resumed.linear);
  });
});
