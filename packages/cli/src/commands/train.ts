/** `lorekeep train` */
import { readFile } from 'node:fs/promises';
import { systemError } from '@lorekeep/core';
import type { TrainOptions, TrainResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { testTable } from '../metrics-tables.ts';
import { userPath } from '../paths.ts';
import { duration } from '../terminal.ts';

export interface TrainCommandOptions extends Omit<TrainOptions, 'config'> {
  /** A path. */
  config?: string;
}

export async function trainCommand(
  { workspace, output, run }: CommandContext,
  { preset, protocol, refit, seed, threads, initFrom, config }: TrainCommandOptions,
): Promise<void> {
  const options: TrainOptions = {
    preset,
    config: config === undefined ? {} : await readConfig(config),
    protocol,
    refit,
    seed,
    initFrom: initFrom === undefined ? undefined : userPath(initFrom),
    threads,
  };
  const result = await workspace.train(options, run);
  const { version, unchanged, seconds, manifest } = result;
  output.result({ version, unchanged, seconds, manifest }, `${trainSummary(result)}\n\n${testTable(manifest)}`);
}

export const trainSummary = ({ version, unchanged, seconds }: TrainResult): string =>
  unchanged
    ? `Already trained from the same inputs, nothing to do: model ${version}.`
    : `Trained model ${version} in ${duration(seconds)}.`;

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');

/** @throws LorekeepError `CONFIG_FILE_INVALID` */
async function readConfig(path: string): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(userPath(path), 'utf8'));
  } catch (error) {
    throw errors.CONFIG_FILE_INVALID({ path, problem: reasonOf(systemError(error, path)) }, error);
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw errors.CONFIG_FILE_INVALID({ path, problem: 'it is not a JSON object' });
  return parsed as Record<string, unknown>;
}
