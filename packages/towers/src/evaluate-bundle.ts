/**
 * A saved bundle on the question sets, through the very towers, linear model and second stage that serve: what `lorekeep evaluate` reports is what a
 * shop gets. The corpus may have grown since training; items that the bundle does not know are ranked by their text.
 */
import type { RunContext } from '@lorekeep/core';
import { type EvaluateOptions, type Evaluation, emptyRanking, evaluationOf } from './evaluate.ts';
import { createRankEvaluator, type Ranking } from './ranks.ts';
import { rankProposed, type TowerVectors } from './second-stage/stage.ts';
import { openItemModel } from './solved/items.ts';
import type { LinearModel } from './solved/linear.ts';
import { renumbered } from './solved/neighbours.ts';
import { rankByNeighbours } from './solved/score.ts';
import { type Question, questions, type Split } from './split.ts';
import type { EvaluationSet, TowerRuntime } from './types.ts';

/** Users whose histories are gathered at a time. */
const USER_BATCH = 1024;

/**
 * @param content `[items × contentDim]` raw vectors in the corpus's item order, zeros for items without text
 * @returns ranks in the order of `split.asked[set].users`
 */
export async function evaluateBundle(
  towers: TowerRuntime,
  split: Split,
  set: EvaluationSet,
  content: Float32Array,
  { threads, progress, signal, seed = 42 }: EvaluateOptions & { seed?: number } = {},
): Promise<Evaluation> {
  const { itemIds } = split.corpus;
  const known = new Map(towers.itemIds.map((id, row) => [id, row]));
  const rows = Int32Array.from(itemIds, (id) => known.get(id) ?? -1);
  const { linear, secondStage, manifest } = towers;
  const asked = questions(split, set);
  if (asked.length === 0) return evaluationOf(split, set, emptyRanking(), seed);
  const encoded = () => towerVectors(towers, rows, content, asked, { progress, signal, note: `towers, ${set}` });
  if (linear !== undefined) {
    const first = rankLinear(linear, known, split, asked, content);
    if (secondStage === undefined) return evaluationOf(split, set, first, seed);
    const weight = manifest.secondStage?.towerWeight ?? 0;
    const say = weight > 0 ? { ...(await encoded()), weight } : undefined;
    return evaluationOf(split, set, await rankProposed(secondStage, asked, first, { signal, rows, towers: say }), seed);
  }
  const { users, vectors, dim } = await encoded();
  const ranker = createRankEvaluator({ threads, signal });
  try {
    return evaluationOf(split, set, await ranker.rankVectors(users, vectors, dim, asked), seed);
  } finally {
    await ranker.close();
  }
}

/** Vectors of the whole catalogue and of everybody who is asked about, as the shop makes them. */
async function towerVectors(
  towers: TowerRuntime,
  rows: Int32Array,
  content: Float32Array,
  asked: readonly Question[],
  { progress, signal, note }: RunContext & { note: string },
): Promise<TowerVectors> {
  const { dim, inputDim, maxHistory } = towers;
  const { inputs: table, vectors } = await towers.adaptItems(content, rows);
  const users = new Float32Array(asked.length * dim);
  for (let first = 0; first < asked.length; first += USER_BATCH) {
    signal?.throwIfAborted();
    const some = asked.slice(first, first + USER_BATCH);
    const histories = some.map(({ history }) => {
      const recent = history.slice(-maxHistory);
      const inputs = new Float32Array(recent.length * inputDim);
      recent.forEach((item, at) => {
        inputs.set(table.subarray(item * inputDim, (item + 1) * inputDim), at * inputDim);
      });
      return inputs;
    });
    users.set(await towers.encodeUsers(histories), first * dim);
    const done = first + some.length;
    progress?.({ stage: 'evaluate', done, total: asked.length, unit: 'users', note });
  }
  return { users, vectors, dim };
}

/** As in a shop: items that the model was not solved with are folded in first. */
function rankLinear(
  linear: LinearModel,
  known: ReadonlyMap<string, number>,
  split: Split,
  asked: readonly Question[],
  content: Float32Array,
): Ranking {
  const { itemIds } = split.corpus;
  const dim = content.length / Math.max(1, itemIds.length);
  const fresh = itemIds.flatMap((id, row) => (known.has(id) ? [] : [row]));
  const rows = new Float32Array(fresh.length * dim);
  fresh.forEach((row, at) => {
    rows.set(content.subarray(row * dim, (row + 1) * dim), at * dim);
  });
  const model = openItemModel(linear);
  const first = model.fold(rows, fresh.length);
  const rowOf = new Int32Array(model.neighbours.items).fill(-1);
  itemIds.forEach((id, row) => {
    const place = known.get(id);
    if (place !== undefined) rowOf[place] = row;
  });
  fresh.forEach((row, at) => {
    rowOf[first + at] = row;
  });
  const neighbours = renumbered(model.neighbours, rowOf, itemIds.length);
  return rankByNeighbours(neighbours, asked, linear.settings);
}
