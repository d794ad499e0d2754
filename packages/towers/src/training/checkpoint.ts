/**
 * Where a run can go on: one safetensors file, replaced as a whole after every epoch, that holds the trainer's state, the
 * best parameters so far and the solved start. Its key names everything the numbers depend on; a file with
 * another key belongs to another run and is ignored.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, type RandomState } from '@lorekeep/core';
import { type Arrays, readSafetensors, saveSafetensors, type TrainerState } from '@lorekeep/graph';
import type { EpochRecord } from './epoch-record.ts';

export interface Checkpoint {
  /** Finished epochs. */
  epoch: number;
  bestEpoch: number;
  records: EpochRecord[];
  state: TrainerState;
  best: Arrays;
  fixed: Arrays;
  /** The sparse ID table, where there is one. */
  table?: Arrays;
}

const fileIn = (directory: string) => join(directory, 'checkpoint.safetensors');

export async function saveCheckpoint(directory: string, key: string, checkpoint: Checkpoint): Promise<string> {
  const { state, best, fixed, table = {}, ...facts } = checkpoint;
  const { parameters, m, v, averages = {} } = state;
  const groups = { parameters, m, v, averages, best, fixed, table };
  const arrays: Arrays = {};
  for (const [group, members] of Object.entries(groups))
    for (const [name, array] of Object.entries(members)) arrays[`${group}:${name}`] = array;
  const path = fileIn(directory);
  await saveSafetensors(path, arrays, {
    key,
    facts: JSON.stringify({ ...facts, step: state.step, random: state.random, firstLosses: state.firstLosses }),
  });
  return path;
}

/** `undefined` where there is none, none of this run, or none that can be read: training then begins anew. */
export async function loadCheckpoint(directory: string, key: string): Promise<Checkpoint | undefined> {
  try {
    const { arrays, metadata } = await readSafetensors(fileIn(directory));
    if (metadata.key !== key) return undefined;
    const groups: Record<string, Arrays> = {
      parameters: {},
      m: {},
      v: {},
      averages: {},
      best: {},
      fixed: {},
      table: {},
    };
    for (const [name, array] of Object.entries(arrays)) {
      const colon = name.indexOf(':');
      groups[name.slice(0, colon)][name.slice(colon + 1)] = array;
    }
    const { step, random, firstLosses, ...facts } = JSON.parse(metadata.facts) as Omit<
      Checkpoint,
      'state' | 'best' | 'fixed' | 'table'
    > & {
      step: number;
      random: RandomState;
      firstLosses: number[];
    };
    const { parameters, m, v, averages, best, fixed, table } = groups;
    const state: TrainerState = { step, random, firstLosses, parameters, m, v };
    if (Object.keys(averages).length > 0) state.averages = averages;
    return { ...facts, state, best, fixed, ...(Object.keys(table).length > 0 ? { table } : {}) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

/** Removes what a run left to go on from. Harmless where there is nothing. */
export async function discardCheckpoint(directory: string): Promise<void> {
  await rm(fileIn(directory), { force: true });
}
