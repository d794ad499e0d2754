/**
 * What stage one says, kept on disk: a training takes minutes, and all targets and methods share it.
 * A file belongs to one log, one seed and one setting; a change of the code of rankers is not seen,
 * so delete the folder after one.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@lorekeep/core';
import { type Arrays, namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { OUTCOMES } from '../contract.ts';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import { STAGE_ONE, type StageOne, trainStageOne } from './outputs.ts';

/** @param folder of the files; `undefined`: nothing is kept */
export async function cachedStageOne(impressions: Impressions, seed: number, folder?: string): Promise<StageOne> {
  if (folder === undefined) return trainStageOne(impressions, seed);
  const { fingerprint } = impressions.data.log;
  const { firstRow, windowRows } = impressions;
  const key = sha256(JSON.stringify({ fingerprint, firstRow, windowRows, STAGE_ONE, LENGTH, seed })).slice(0, 16);
  const path = join(folder, `stage-one-${key}.safetensors`);
  if (existsSync(path)) return read(path);
  const found = await trainStageOne(impressions, seed);
  await mkdir(folder, { recursive: true });
  await save(path, found);
  return found;
}

function save(path: string, { seed, hiddenUnits, seenUntil, logits, towerLogits, hidden }: StageOne): Promise<void> {
  const arrays: Arrays = { logits: flat(logits), towerLogits: flat(towerLogits) };
  for (const [t, values] of hidden.entries()) arrays[`hidden ${t}`] = flat(values);
  return saveSafetensors(path, arrays, { rest: JSON.stringify({ seed, hiddenUnits, seenUntil: [...seenUntil] }) });
}

async function read(path: string): Promise<StageOne> {
  const { arrays, metadata } = await readSafetensors(path);
  const { seed, hiddenUnits, seenUntil } = JSON.parse(metadata.rest);
  const values = (name: string) => arrays[name].data as Float32Array;
  return {
    seed,
    hiddenUnits,
    seenUntil: Float64Array.from(seenUntil),
    logits: values('logits'),
    towerLogits: values('towerLogits'),
    hidden: OUTCOMES.map((_, t) => values(`hidden ${t}`)),
  };
}

const flat = (values: Float32Array) => namedArray([values.length], values);
