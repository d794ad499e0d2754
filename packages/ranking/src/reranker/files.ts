/** A re-ranker on disk, as part of a bundle: its tables in one safetensors file, its network as ONNX graphs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transposedRows } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { type LinearModel, rowArrays, rowsIn } from '@lorekeep/linear';
import type { Reranker } from '../contract.ts';
import { type ItemStatistics, VARIANTS } from './item-statistics.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker.ts';

const TRANSITIONS = 'transitions/';
const variantName = (variant: string) => `view-${variant}/`;
const tablesFile = (name: string) => `${name}.safetensors`;
const graphFile = (name: string, batch: number) => `${name}-${batch}.onnx`;

/** Every file that `saveReranker` writes; all begin with `name`. */
export const rerankerFiles = (name: string) => [
  tablesFile(name),
  ...RERANKER_BATCHES.map((batch) => graphFile(name, batch)),
];

/** The weights of the linear model, which are among the statistics, have a file of their own. */
export async function saveReranker(
  directory: string,
  name: string,
  statistics: ItemStatistics,
  network: Arrays,
): Promise<void> {
  const { items, variants, transitions, uncertainty, users, newest, temporalOrder, content, repeats } = statistics;
  const arrays: Arrays = rowArrays(transitions, TRANSITIONS);
  for (const [variant, table] of Object.entries(variants))
    Object.assign(arrays, rowArrays(table, variantName(variant)));
  const perItem = { looseness: uncertainty, users, newest, eras: temporalOrder };
  for (const [array, values] of Object.entries(perItem)) arrays[array] = namedArray([items], values);
  arrays.repeats = namedArray([], Float32Array.of(repeats));
  if (content !== undefined) arrays.content = namedArray([items, content.length / items], content);
  await saveSafetensors(join(directory, tablesFile(name)), arrays, { kind: name });
  for (const batch of RERANKER_BATCHES)
    await writeFile(join(directory, graphFile(name, batch)), rerankerGraph(network, batch).onnx);
}

/** What `saveReranker` wrote; the files must have been checked against the manifest of the bundle. */
export async function loadStatistics(
  directory: string,
  name: string,
  { neighbours: weights, settings }: Pick<LinearModel, 'neighbours' | 'settings'>,
): Promise<ItemStatistics> {
  const { arrays } = await readSafetensors(join(directory, tablesFile(name)));
  const floats = (array: string) => arrays[array].data as Float32Array;
  const transitions = rowsIn(arrays, TRANSITIONS);
  const present = VARIANTS.filter((variant) => `${variantName(variant)}ids` in arrays);
  return {
    items: weights.items,
    decay: settings.decay,
    weights,
    variants: Object.fromEntries(present.map((variant) => [variant, rowsIn(arrays, variantName(variant))])),
    uncertainty: floats('looseness'),
    transitions,
    transitionsInto: transposedRows(transitions),
    users: floats('users'),
    newest: floats('newest'),
    temporalOrder: floats('eras'),
    content: 'content' in arrays ? floats('content') : undefined,
    // Older files lack it: their network has never seen a history item as a candidate for its own sake.
    repeats: 'repeats' in arrays ? floats('repeats')[0] : 0,
  };
}

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
