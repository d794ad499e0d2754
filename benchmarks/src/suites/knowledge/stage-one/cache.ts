/**
 * What stage one says, kept on disk: a training takes minutes, and all targets and methods share it.
 * A file belongs to one log, one seed and one setting; a change of the code of rankers is not seen,
 * so delete the folder after one.
 */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { loadRanker, saveRanker } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import { OUTCOMES } from '../target.ts';
import { STAGE_ONE, type StageOne, trainStageOne } from './outputs.ts';

const ROWS = 'rows.safetensors';
/** The ranker at the start of a window. */
const stateFolder = (own: string, window: number) => join(own, `window-${window}`);

/** @param folder of the files; `undefined`: nothing is kept */
export async function cachedStageOne(impressions: Impressions, seed: number, folder?: string): Promise<StageOne> {
  if (folder === undefined) return trainStageOne(impressions, seed);
  const { fingerprint } = impressions.data.log;
  const { firstRow, windowRows } = impressions;
  const key = sha256(JSON.stringify({ fingerprint, firstRow, windowRows, STAGE_ONE, LENGTH, seed })).slice(0, 16);
  const own = join(folder, `stage-one-${key}`);
  if (existsSync(join(own, ROWS))) return read(own);
  const found = await trainStageOne(impressions, seed);
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  await save(own, found);
  return found;
}

/** The file of the rows is last: where it is, the rest is. */
async function save(own: string, found: StageOne): Promise<void> {
  const { seed, hiddenUnits, seenUntil, logits, towerLogits, hidden, states } = found;
  for (const [window, state] of states.entries()) await saveRanker(stateFolder(own, window), state);
  const arrays: Arrays = { logits: flat(logits), towerLogits: flat(towerLogits) };
  for (const [t, values] of hidden.entries()) arrays[`hidden ${t}`] = flat(values);
  const rest = JSON.stringify({ seed, hiddenUnits, seenUntil: [...seenUntil] });
  await saveSafetensors(join(own, ROWS), arrays, { rest });
}

async function read(own: string): Promise<StageOne> {
  const { arrays, metadata } = await readSafetensors(join(own, ROWS));
  const { seed, hiddenUnits, seenUntil } = JSON.parse(metadata.rest);
  const values = (name: string) => arrays[name].data as Float32Array;
  return {
    seed,
    hiddenUnits,
    seenUntil: Float64Array.from(seenUntil),
    logits: values('logits'),
    towerLogits: values('towerLogits'),
    hidden: OUTCOMES.map((_, t) => values(`hidden ${t}`)),
    states: await Promise.all(seenUntil.map((_: number, window: number) => loadRanker(stateFolder(own, window)))),
  };
}

const flat = (values: Float32Array) => namedArray([values.length], values);
