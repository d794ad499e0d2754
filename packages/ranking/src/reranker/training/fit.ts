/**
 * Training of the re-ranker's network: examples, a tenth of the users held out, epochs of AdamW.
 * The epoch with the lowest loss on the held-out users is kept. This takes minutes at most, so
 * there is no checkpoint. The same seed gives the same network.
 */
import { createRandom, type Random, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { type Arrays, createGraphCache, createTrainer, inference, type Trainer } from '@lorekeep/graph';
import { choiceLoss, initialNetwork } from '../network.ts';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { exampleBatch, featureMoments } from './example-batches.ts';
import { collectExamples, type Diagonals, type Example } from './examples.ts';

/** Their features take 460 MB; more examples gave no better result where there were more. */
const MAX_EXAMPLES = 24_000;
/** With fewer there is too little to hold out, and nothing to gain. */
const MIN_EXAMPLES = 100;
const BATCH = 128;
const EPOCHS = 16;
/** One user of this number is held out. */
const HELD_OUT = 10;
const OPTIMISER = { learningRate: 3e-3, weightDecay: 0.01, clipNorm: 1 };

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
  const run = { progress, signal };
  const found = await collectExamples(split, statistics, diagonals, MAX_EXAMPLES, random.fork('users'), run);
  const { examples, tried } = found;
  if (examples.length < MIN_EXAMPLES) return undefined;
  const { train, heldOut } = divided(examples);
  const { mean, deviation } = featureMoments(examples);
  const { parameters, fixed } = initialNetwork(mean, deviation, random.fork('network'));
  const batch = Math.min(BATCH, train.length);
  const steps = Math.floor(train.length / batch);
  const trainer = await createNetworkTrainer(parameters, steps, random.fork('dropout'), threads);
  const evaluator = createLossEvaluator(heldOut, threads);
  try {
    const epochs = { train, batch, steps, fixed, random, progress, signal };
    const { best, ...result } = await trainEpochs(trainer, epochs, () =>
      evaluator.loss({ ...trainer.parameters(), ...fixed }),
    );
    const covered = examples.length / tried;
    return { parameters: { ...best, ...fixed }, examples: examples.length, covered, ...result };
  } finally {
    await Promise.all([trainer.close(), evaluator.close()]);
  }
}

/** All examples of a user go to the same part. */
function divided(examples: readonly Example[]): { train: Example[]; heldOut: Example[] } {
  const heldOut: Example[] = [];
  const train: Example[] = [];
  for (const example of examples) (example.user % HELD_OUT === 0 ? heldOut : train).push(example);
  if (heldOut.length === 0) heldOut.push(...train.slice(0, BATCH));
  return { train, heldOut };
}

function createNetworkTrainer(parameters: Arrays, steps: number, random: Random, threads?: number): Promise<Trainer> {
  return createTrainer({
    loss: choiceLoss,
    parameters,
    optimiser: {
      ...OPTIMISER,
      schedule: { kind: 'cosine', warmupSteps: Math.min(20, steps), totalSteps: EPOCHS * steps + 1, floor: 0.02 },
    },
    random,
    threads,
  });
}

/** The mean loss over whole batches of the held-out examples. */
function createLossEvaluator(heldOut: readonly Example[], threads?: number) {
  const graph = createGraphCache(
    ({ features, masked, targets, ...parameters }) => ({
      loss: choiceLoss(parameters, { features, masked, targets }, inference),
    }),
    { name: 're-ranker', threads },
  );
  const size = Math.min(BATCH, heldOut.length);
  const batches = Math.floor(heldOut.length / size);
  return {
    async loss(parameters: Arrays): Promise<number> {
      let mean = 0;
      for (let batch = 0; batch < batches; batch++) {
        const feeds = exampleBatch(heldOut.slice(batch * size, (batch + 1) * size));
        mean += Number((await graph.run({ ...parameters, ...feeds })).loss.data[0]) / batches;
      }
      return mean;
    },
    close: () => graph.close(),
  };
}

interface Epochs extends RunContext {
  train: readonly Example[];
  /** Examples per step. */
  batch: number;
  /** Steps per epoch. */
  steps: number;
  fixed: Arrays;
  random: Random;
}

async function trainEpochs(
  trainer: Trainer,
  { train, batch, steps, fixed, random, progress, signal }: Epochs,
  heldOutLoss: () => Promise<number>,
): Promise<{ best: Arrays; losses: number[]; bestEpoch: number }> {
  const losses = [await heldOutLoss()];
  let best = trainer.parameters();
  let bestEpoch = 0;
  for (let epoch = 1; epoch <= EPOCHS; epoch++) {
    const order = random.fork(`epoch ${epoch}`).shuffle(train.slice());
    const note = `epoch ${epoch}, held-out loss ${Math.min(...losses).toFixed(4)}`;
    for (let step = 0; step < steps; step++) {
      signal?.throwIfAborted();
      await trainer.step({ ...exampleBatch(order.slice(step * batch, (step + 1) * batch)), ...fixed });
      const done = (epoch - 1) * steps + step + 1;
      progress?.({ stage: 're-ranker', done, total: EPOCHS * steps, unit: 'steps', note });
    }
    const loss = await heldOutLoss();
    if (loss < Math.min(...losses)) {
      best = trainer.parameters();
      bestEpoch = epoch;
    }
    losses.push(loss);
  }
  return { best, losses, bestEpoch };
}
