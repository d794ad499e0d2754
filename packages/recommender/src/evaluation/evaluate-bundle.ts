/**
 * Evaluation of a saved bundle, through the towers, linear model and re-ranker that serve: what it
 * reports is what a shop gets. The log may have grown since training; items that the bundle does
 * not know are folded into the linear model by their text.
 */
import { centredContent, gatherRows, type RunContext, renumberedRows, type SparseRows } from '@lorekeep/core';
import {
  type Evaluation,
  type EvaluationSet,
  evaluationCases,
  evaluationOf,
  type Split,
  trainUsers,
} from '@lorekeep/evaluation';
import { type LinearModel, openItemModel } from '@lorekeep/linear';
import { type ContentRows, contentRowsOf } from '@lorekeep/ranking';
import type { Bundle } from '../bundle/load.ts';
import { trainedRows as trainedRowsOf } from '../bundle/trained-rows.ts';
import type { RerankerSources } from '../composition/parts.ts';
import { type CatalogueParts, createCatalogueParts } from './catalogue-parts.ts';
import { openCatalogueNewItems } from './new-items.ts';
import { type RankOptions, rankCases } from './rank-cases.ts';

export interface BundleOptions extends RankOptions {
  /**
   * Items that were deleted after the training (`Store.deletedItems`). If the log has such an id, it is
   * another item, which is new, as in the engine. Default: none.
   */
  deleted?: readonly string[];
}

/** Users whose histories are gathered at a time. */
const USER_BATCH = 1024;

/**
 * @param content `[items × contentDim]` raw vectors in the item order of the log, zeros for items
 *   without text
 * @returns ranks in the order of `split.heldOut[set].users`
 */
export async function evaluateBundle(
  bundle: Bundle,
  split: Split,
  set: EvaluationSet,
  content: Float32Array,
  { threads, progress, signal, deleted, seed = 42 }: BundleOptions & { seed?: number } = {},
): Promise<Evaluation> {
  const cases = evaluationCases(split, set);
  const { close, ...parts } = await bundleParts(bundle, split, content, { signal, threads, deleted });
  try {
    const ranking = await rankCases(parts, cases, { threads, signal, progress, note: `version, ${set}` });
    return evaluationOf(split, set, ranking, seed);
  } finally {
    await close();
  }
}

/**
 * The parts of the composition over the catalogue of a log, as `evaluateBundle` ranks with them. They
 * must be closed.
 */
export async function bundleParts(
  bundle: Bundle,
  { log, ...split }: Split,
  content: Float32Array,
  { signal, threads, deleted = [] }: Pick<BundleOptions, 'signal' | 'threads' | 'deleted'> = {},
): Promise<CatalogueParts & { close(): Promise<void> }> {
  const { itemIds } = log;
  const known = trainedRowsOf(bundle, deleted);
  const trainedRows = Int32Array.from(itemIds, (id) => known.get(id) ?? -1);
  const { linear, reranker } = bundle;
  const newItems =
    reranker && (await openCatalogueNewItems(reranker, centredRows(reranker, content), { trainedRows, threads }));
  const parts = createCatalogueParts({
    items: itemIds.length,
    ...(linear === undefined
      ? {}
      : { weights: { rows: await catalogueWeights(linear, trainedRows, content), settings: linear.settings } }),
    trainedRows,
    ...(reranker === undefined ? {} : { reranker }),
    isIndexed: (row) => trainedRows[row] >= 0 || hasText(content, content.length / itemIds.length, row),
    towers: {
      dim: bundle.dim,
      items: () => bundle.adaptItems(content, trainedRows),
      users: (inputs, histories) => userVectors(bundle, inputs, histories, { signal }),
    },
    counts: trainUsers({ log, ...split }),
    ...(newItems === undefined ? {} : { newItems }),
  });
  return { ...parts, close: async () => newItems?.close() };
}

/** The vectors as new items are read with. */
function centredRows({ newItems }: RerankerSources, content: Float32Array): ContentRows | undefined {
  const mean = newItems?.mean;
  if (mean === undefined) return undefined;
  return contentRowsOf({ content: centredContent(content, mean), items: content.length / mean.length });
}

/** An item without text has a row of zeros. */
function hasText(content: Float32Array, dim: number, row: number): boolean {
  return content.subarray(row * dim, (row + 1) * dim).some((value) => value !== 0);
}

/** As in a shop: items that the model was not solved with are folded in. */
async function catalogueWeights(
  linear: LinearModel,
  trainedRows: Int32Array,
  content: Float32Array,
): Promise<SparseRows> {
  const items = trainedRows.length;
  const dim = content.length / Math.max(1, items);
  const fresh = Array.from(trainedRows.keys()).filter((row) => trainedRows[row] < 0);
  const model = openItemModel(linear);
  try {
    const places = await model.fold(new Int32Array(fresh.length).fill(-1), gatherRows(content, dim, fresh));
    const rowOf = new Int32Array(model.items).fill(-1);
    trainedRows.forEach((trained, row) => {
      if (trained >= 0) rowOf[trained] = row;
    });
    fresh.forEach((row, at) => {
      rowOf[places[at]] = row;
    });
    return renumberedRows(model.weights(), rowOf, items);
  } finally {
    await model.close();
  }
}

async function userVectors(
  { dim, inputDim, maxHistory, encodeUsers }: Bundle,
  inputs: Float32Array,
  histories: readonly Int32Array[],
  { signal }: RunContext,
): Promise<Float32Array> {
  const users = new Float32Array(histories.length * dim);
  for (let first = 0; first < histories.length; first += USER_BATCH) {
    signal?.throwIfAborted();
    const some = histories.slice(first, first + USER_BATCH);
    const read = some.map((history) => gatherRows(inputs, inputDim, history.subarray(-maxHistory)));
    users.set(await encodeUsers(read), first * dim);
  }
  return users;
}
