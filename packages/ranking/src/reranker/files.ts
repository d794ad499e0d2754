/**
 * A re-ranker on disk, as part of a bundle: its statistics in one safetensors file, its network as
 * ONNX graphs. Some arrays keep the names of older versions (`view-…`, `looseness`, `eras`), so
 * that their bundles can still be read.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transposedRows } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { type LinearModel, rowArrays, rowsIn } from '@lorekeep/linear';
import type { Reranker } from '../contract.ts';
import { NEW_ITEM_BATCHES, newItemGraph } from './new-items/open.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker.ts';
import { type ItemStatistics, VARIANTS } from './statistics/item-statistics.ts';
import type { TrainedReranker } from './training/train.ts';

type RerankerParts = NonNullable<TrainedReranker['parts']>;

const TRANSITIONS = 'transitions/';
const NEW_ITEMS = 'new-items/';
const NEW_ITEM_ARRAYS = ['popularity', 'mean'] as const;
const variantName = (variant: string) => `view-${variant}/`;
const tablesFile = (name: string) => `${name}.safetensors`;
const graphFile = (name: string, batch: number) => `${name}-${batch}.onnx`;

const newItemsFile = (name: string, batch: number) => `${name}-new-items-${batch}.onnx`;

/**
 * The names of all files that `saveReranker` writes. All begin with `name`.
 *
 * @param newItems whether there is a network of new items
 */
export const rerankerFiles = (name: string, newItems: boolean) => [
  tablesFile(name),
  ...RERANKER_BATCHES.map((batch) => graphFile(name, batch)),
  ...(newItems ? NEW_ITEM_BATCHES.map((batch) => newItemsFile(name, batch)) : []),
];

/**
 * Writes the files of `rerankerFiles`. They do not contain the weights of the linear model, which
 * have a file of their own.
 *
 * @param parts their networks have the arrays `features/…`
 */
export async function saveReranker(
  directory: string,
  name: string,
  { statistics, network, newItems }: RerankerParts,
): Promise<void> {
  const { items, variants, transitions, uncertainty, users, newest, temporalOrder, content, repeats } = statistics;
  const arrays: Arrays = rowArrays(transitions, TRANSITIONS);
  for (const [variant, table] of Object.entries(variants))
    Object.assign(arrays, rowArrays(table, variantName(variant)));
  const perItem = { looseness: uncertainty, users, newest, eras: temporalOrder };
  for (const [array, values] of Object.entries(perItem)) arrays[array] = namedArray([items], values);
  arrays.repeats = namedArray([], Float32Array.of(repeats));
  if (content !== undefined) arrays.content = namedArray([items, content.length / items], content);
  if (newItems !== undefined)
    for (const name of NEW_ITEM_ARRAYS)
      arrays[`${NEW_ITEMS}${name}`] = namedArray([newItems[name].length], newItems[name]);
  await saveSafetensors(join(directory, tablesFile(name)), arrays, { kind: name });
  for (const batch of RERANKER_BATCHES)
    await writeFile(join(directory, graphFile(name, batch)), rerankerGraph(network, batch).onnx);
  if (newItems === undefined) return;
  for (const batch of NEW_ITEM_BATCHES)
    await writeFile(join(directory, newItemsFile(name, batch)), newItemGraph(newItems.network, batch).onnx);
}

/**
 * Reads the tables that `saveReranker` wrote: the statistics, and what new items are
 * read with. The checksums of the files must have been verified.
 *
 * @param linear the linear model of the same bundle
 * @throws LorekeepError what `readSafetensors` throws
 */
export async function loadTables(
  directory: string,
  name: string,
  linear: Pick<LinearModel, 'neighbours' | 'settings'>,
): Promise<{ statistics: ItemStatistics; newItems?: { popularity: Float32Array; mean: Float32Array } }> {
  const { arrays } = await readSafetensors(join(directory, tablesFile(name)));
  const floats = (array: string) => arrays[array].data as Float32Array;
  const transitions = rowsIn(arrays, TRANSITIONS);
  const present = VARIANTS.filter((variant) => `${variantName(variant)}ids` in arrays);
  const statistics: ItemStatistics = {
    items: linear.neighbours.items,
    decay: linear.settings.decay,
    weights: linear.neighbours,
    variants: Object.fromEntries(present.map((variant) => [variant, rowsIn(arrays, variantName(variant))])),
    uncertainty: floats('looseness'),
    transitions,
    transitionsInto: transposedRows(transitions),
    users: floats('users'),
    newest: floats('newest'),
    temporalOrder: floats('eras'),
    content: 'content' in arrays ? floats('content') : undefined,
    // Older files lack it: in their training, items of the history were no candidates of their own.
    repeats: 'repeats' in arrays ? floats('repeats')[0] : 0,
  };
  const hasNewItems = `${NEW_ITEMS}mean` in arrays;
  const [popularity, mean] = NEW_ITEM_ARRAYS.map((array) => (hasNewItems ? floats(`${NEW_ITEMS}${array}`) : undefined));
  return { statistics, ...(popularity && mean && { newItems: { popularity, mean } }) };
}

/**
 * Opens the network that `saveReranker` wrote.
 *
 * @param statistics from `loadTables`
 * @param includesHistory that of the candidate source
 * @throws LorekeepError what `createSession` throws
 */
export function openSavedReranker(
  directory: string,
  name: string,
  statistics: ItemStatistics,
  includesHistory: boolean,
  options: { threads?: number } = {},
): Promise<Reranker> {
  const graphs = RERANKER_BATCHES.map((batch) => join(directory, graphFile(name, batch)));
  return openReranker(statistics, graphs, includesHistory, options);
}

/** The graphs of the network of new items that `saveReranker` wrote, as `openNewItems` reads them. */
export const newItemGraphs = (directory: string, name: string) =>
  NEW_ITEM_BATCHES.map((batch) => join(directory, newItemsFile(name, batch)));
