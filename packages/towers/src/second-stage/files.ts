/** A second stage on disk, as part of a bundle: its tables in one safetensors file, its network as graphs. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { rowArrays, rowsIn } from '../solved/file.ts';
import type { LinearModel } from '../solved/linear.ts';
import { type Signals, turned, VIEWS } from './signals.ts';
import { openSecondStage, type SecondStage, STAGE_BATCHES, stageGraph } from './stage.ts';

export const TABLES = 'second-stage.safetensors';
const TRANSITIONS = 'transitions/';
const viewName = (view: string) => `view-${view}/`;
const stageFile = (batch: number) => `second-stage-${batch}.onnx`;
/** Every file that `saveSecondStage` writes. */
export const STAGE_FILES = [TABLES, ...STAGE_BATCHES.map(stageFile)];

/** The linear model, whose weights are among the signals, has a file of its own. */
export async function saveSecondStage(directory: string, signals: Signals, network: Arrays): Promise<void> {
  const { items, views, transitions, looseness, users, newest, eras, content, repeats } = signals;
  const arrays: Arrays = rowArrays(transitions, TRANSITIONS);
  for (const [view, table] of Object.entries(views)) Object.assign(arrays, rowArrays(table, viewName(view)));
  for (const [name, values] of Object.entries({ looseness, users, newest, eras }))
    arrays[name] = namedArray([items], values);
  arrays.repeats = namedArray([], Float32Array.of(repeats));
  if (content !== undefined) arrays.content = namedArray([items, content.length / items], content);
  await saveSafetensors(join(directory, TABLES), arrays, { kind: 'second-stage' });
  for (const batch of STAGE_BATCHES)
    await writeFile(join(directory, stageFile(batch)), stageGraph(network, batch).onnx);
}

/** The files must have been checked against the bundle's manifest. */
export async function loadSecondStage(
  directory: string,
  { neighbours: weights, settings }: Pick<LinearModel, 'neighbours' | 'settings'>,
  { threads }: { threads?: number } = {},
): Promise<SecondStage> {
  const { arrays } = await readSafetensors(join(directory, TABLES));
  const floats = (name: string) => arrays[name].data as Float32Array;
  const transitions = rowsIn(arrays, TRANSITIONS);
  const signals: Signals = {
    items: weights.items,
    decay: settings.decay,
    weights,
    views: Object.fromEntries(
      VIEWS.filter((view) => `${viewName(view)}ids` in arrays).map((view) => [view, rowsIn(arrays, viewName(view))]),
    ),
    looseness: floats('looseness'),
    transitions,
    transitionsInto: turned(transitions),
    users: floats('users'),
    newest: floats('newest'),
    eras: floats('eras'),
    content: 'content' in arrays ? floats('content') : undefined,
    // Older files were made without: their network has never seen a history item proposed for its own sake.
    repeats: 'repeats' in arrays ? floats('repeats')[0] : 0,
  };
  const graphs = STAGE_BATCHES.map((batch) => join(directory, stageFile(batch)));
  return openSecondStage(signals, graphs, { threads });
}
