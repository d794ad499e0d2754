/**
 * The checkpoint of a run: one safetensors file, replaced atomically after every epoch, with the
 * state of the trainer, the best parameters so far and the closed-form start. Its key is a hash of
 * everything that the result depends on. A file with another key belongs to another run and is
 * ignored.
 */
import { existsSync } from 'node:fs';
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
  /** Learned parameters of the best epoch. */
  best: Arrays;
  /** The closed-form start, `start/…`. */
  fixed: Arrays;
  /** State of the sparse ID table. Absent if there is none. */
  table?: Arrays;
}

const fileIn = (directory: string) => join(directory, 'checkpoint.safetensors');

/** What is stored beside the arrays, as JSON in the metadata. */
type Facts = Pick<Checkpoint, 'epoch' | 'bestEpoch' | 'records'> & {
  step: number;
  random: RandomState;
  firstLosses?: number[];
};

/** @returns the path of the file */
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
    facts: JSON.stringify({
      ...facts,
      step: state.step,
      random: state.random,
      firstLosses: state.firstLosses,
    } satisfies Facts),
  });
  return path;
}

/**
 * @returns `undefined` if there is no checkpoint, if it belongs to another run, or if it is
 *   damaged; training then starts again
 */
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
    const { step, random, firstLosses, ...facts } = JSON.parse(metadata.facts) as Facts;
    const { parameters, m, v, averages, best, fixed, table } = groups;
    const state: TrainerState = { step, random, firstLosses, parameters, m, v };
    if (Object.keys(averages).length > 0) state.averages = averages;
    return { ...facts, state, best, fixed, ...(Object.keys(table).length > 0 ? { table } : {}) };
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error).startsWith('SAFETENSORS')) return undefined;
    throw error;
  }
}

/** Whether a run has left a checkpoint, so that the same run would resume. */
export const hasCheckpoint = (directory: string): boolean => existsSync(fileIn(directory));

/** Removes the checkpoint of a run. Does nothing if there is none. */
export async function discardCheckpoint(directory: string): Promise<void> {
  await rm(fileIn(directory), { force: true });
}
