/**
 * Training of the re-ranker's network: examples, a tenth of the users held out. The same seed gives
 * the same network.
 */
import { createRandom, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import { WIDTH } from '../features/feature-names.ts';
import { choiceLoss, initialNetwork } from '../network.ts';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { exampleBatch, featureMoments } from './example-batches.ts';
import { collectExamples, type Diagonals, type Example } from './examples.ts';
import { BATCH, trainByHeldOut } from './held-out.ts';

/** Their features take 460 MB; more examples gave no better result where there were more. */
const MAX_EXAMPLES = 24_000;
/** With fewer there is too little to hold out, and nothing to gain. */
const MIN_EXAMPLES = 100;
const EPOCHS = 16;
/** One user of this number is held out. */
const HELD_OUT = 10;

export interface FitOptions extends RunContext {
  /** Default 42. */
  seed?: number;
  /** Default: all cores. */
  threads?: number;
}

export interface FittedNetwork {
  /** As `candidateLogits` reads them, with the arrays `features/…`. */
  parameters: Arrays;
  /** Number of examples. */
  examples: number;
  /** Share of the tried events whose item was among the candidates. */
  covered: number;
  /** Held-out loss of the order of the linear model, then after each epoch. */
  losses: number[];
  /** The epoch that is kept; 0 if training did not improve on the order of the linear model. */
  bestEpoch: number;
}

/**
 * Reports progress as stage `'re-ranker'`, units `'examples'`, then `'steps'`.
 *
 * @returns `undefined` if there are fewer than `MIN_EXAMPLES` examples
 * @throws LorekeepError what `createTrainer` and its steps throw; `signal.reason` if stopped
 */
export async function fitNetwork(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  { seed = 42, threads, progress, signal }: FitOptions = {},
): Promise<FittedNetwork | undefined> {
  // Names of random streams are part of the result: another name draws other numbers.
  const random = createRandom(seed).fork('second stage');
  const run = { threads, progress, signal };
  const found = await collectExamples(split, statistics, diagonals, MAX_EXAMPLES, random.fork('users'), run);
  const { examples, tried } = found;
  if (examples.length < MIN_EXAMPLES) return undefined;
  const { train, heldOut } = divided(examples);
  const { mean, deviation } = featureMoments(examples, WIDTH);
  const { parameters, fixed } = initialNetwork(mean, deviation, random.fork('network'));
  const how = { loss: choiceLoss, batchOf: exampleBatch, epochs: EPOCHS, stage: 're-ranker', ...run };
  const { best, ...result } = await trainByHeldOut({ ...how, parameters, fixed, train, heldOut, random });
  const covered = examples.length / tried;
  return { parameters: { ...best, ...fixed }, examples: examples.length, covered, ...result };
}

/** All examples of a user go to the same part. */
function divided(examples: readonly Example[]): { train: Example[]; heldOut: Example[] } {
  const heldOut: Example[] = [];
  const train: Example[] = [];
  for (const example of examples) (example.user % HELD_OUT === 0 ? heldOut : train).push(example);
  if (heldOut.length === 0) heldOut.push(...train.slice(0, BATCH));
  return { train, heldOut };
}
