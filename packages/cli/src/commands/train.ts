/** `lorekeep train` */
import { readFile } from 'node:fs/promises';
import { systemError } from '@lorekeep/core';
import type { ConfigOverrides } from '@lorekeep/recommender';
import type { TrainOptions, TrainResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { testTable } from '../metrics-tables.ts';
import { applyEventOptions, type EventOptions } from '../options/event-options.ts';
import { userPath } from '../paths.ts';
import { duration } from '../terminal.ts';

/** Users who were left out, in the result for people. */
const NAMED_USERS = 5;

export interface TrainCommandOptions extends Omit<TrainOptions, 'config'>, EventOptions {
  /** A path. */
  config?: string;
  /** These three replace what the file has in `events`. */
  target?: string[];
  maxPairEvents?: number;
  maxUserEvents?: number | 'auto';
}

export async function trainCommand(
  { workspace, output, run }: CommandContext,
  given: TrainCommandOptions,
): Promise<void> {
  const { preset, protocol, refit, seed, threads, initFrom } = given;
  const options: TrainOptions = {
    preset,
    config: await configOf(given),
    protocol,
    refit,
    seed,
    initFrom: initFrom === undefined ? undefined : userPath(initFrom),
    threads,
  };
  await applyEventOptions(workspace, given);
  const result = await workspace.train(options, run);
  const { version, unchanged, seconds, manifest } = result;
  output.result(
    { version, unchanged, seconds, manifest },
    `${trainSummary(result)}\n${leftOutLine(manifest)}\n${testTable(manifest)}`,
  );
}

export const trainSummary = ({ version, unchanged, seconds, manifest }: TrainResult): string =>
  unchanged
    ? `Already trained from the same inputs, nothing to do: model ${version}.`
    : `Trained model ${version} in ${duration(seconds)}.${stagesLine(manifest)}`;

/** Where the time went: the stages that took a tenth of it or more, the longest first. */
function stagesLine({ seconds = {} }: TrainResult['manifest']): string {
  const stages = Object.entries(seconds).sort((a, b) => b[1] - a[1]);
  const total = stages.reduce((sum, [, own]) => sum + own, 0);
  const long = stages.filter(([, own]) => own >= total / 10);
  return long.length === 0 ? '' : ` Longest: ${long.map(([stage, own]) => `${stage} ${duration(own)}`).join(', ')}.`;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');

/** Users with implausibly many events, by name; an empty line follows. */
function leftOutLine({ leftOut }: TrainResult['manifest']): string {
  if (leftOut === undefined) return '';
  const { limit, count, users } = leftOut;
  const number = (n: number) => n.toLocaleString('en-US');
  const named = users.slice(0, NAMED_USERS).map(({ id, events }) => `${id} (${number(events)})`);
  const more = count > named.length ? ` and ${number(count - named.length)} more` : '';
  return `Left out ${number(count)} ${count === 1 ? 'user' : 'users'} with more than ${number(limit)} events: ${named.join(', ')}${more}.\n`;
}

/** The configuration file with the options of the command line. */
export async function configOf({ config: path, target, maxPairEvents, maxUserEvents }: TrainCommandOptions) {
  const config = path === undefined ? {} : await readConfig(path);
  const given = Object.entries({ target, maxPairEvents, maxUserEvents }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return config;
  return { ...config, events: { ...config.events, ...Object.fromEntries(given) } };
}

/**
 * The object in the file; `train` checks its options.
 * @throws LorekeepError `CONFIG_FILE_INVALID`
 */
async function readConfig(path: string): Promise<ConfigOverrides> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(userPath(path), 'utf8'));
  } catch (error) {
    throw errors.CONFIG_FILE_INVALID({ path, problem: reasonOf(systemError(error, path)) }, error);
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw errors.CONFIG_FILE_INVALID({ path, problem: 'it is not a JSON object' });
  return parsed;
}
