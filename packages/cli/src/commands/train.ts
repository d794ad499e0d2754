/** `lorekeep train` */
import { readFile } from 'node:fs/promises';
import type { Protocol } from '@lorekeep/evaluation';
import type { Preset } from '@lorekeep/recommender';
import { badConfigFile } from '../errors.ts';
import { userPath } from '../stages/import.ts';
import { testTable } from '../stages/report.ts';
import { type Refit, trainStage } from '../stages/train.ts';
import { duration } from '../terminal.ts';
import type { StageContext } from '../workspace.ts';

export interface TrainCommandOptions {
  preset: Preset;
  config?: string;
  protocol: Protocol;
  refit: Refit;
  initFrom?: string;
  seed: number;
  threads?: number;
}

export async function trainCommand(context: StageContext, options: TrainCommandOptions): Promise<void> {
  const { preset, protocol, refit, seed, threads } = options;
  const initFrom = options.initFrom === undefined ? undefined : userPath(options.initFrom);
  const config = options.config === undefined ? {} : await readConfig(options.config);
  const run = { preset, config, protocol, refit, seed, initFrom, threads };
  const { manifest, unchanged, seconds } = await trainStage(context, run);
  const head = unchanged
    ? `Already trained on exactly this, nothing to do: version ${manifest.version}.`
    : `Trained version ${manifest.version} in ${duration(seconds)}.`;
  context.output.result(
    { version: manifest.version, unchanged, seconds, manifest },
    `${head}\n\n${testTable(manifest)}`,
  );
}

async function readConfig(path: string): Promise<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(userPath(path), 'utf8'));
  } catch (error) {
    throw badConfigFile(path, error instanceof Error ? error.message : String(error));
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw badConfigFile(path, 'not an object');
  return parsed as Record<string, unknown>;
}
