/**
 * Training of the second stage: examples, a tenth of the users held out, epochs of AdamW, the epoch kept whose loss on the
 * held-out users is least. Minutes at most, so it is not checkpointed; the same seed gives the same network.
 */
import { createRandom, type Random, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { type Arrays, createGraphCache, createTrainer, inference, namedArray } from '@lorekeep/graph';
import { CANDIDATES } from '@lorekeep/linear';
import { collectExamples, type Diagonals, type Examples } from './examples.ts';
import { WIDTH } from './feature-names.ts';
import type { ItemStatistics } from './item-statistics.ts';
import { choiceLoss, initialNetwork } from './network.ts';

/** Examples at most: 460 MB of features, and more did not help where there were more. */
const MOST_EXAMPLES = 24_000;
/** Below this many there is nothing to hold out, and nothing to be gained. */
export const LEAST_EXAMPLES = 100;
const BATCH = 128;
const EPOCHS = 16;
const HELD_OUT = 10;
const OPTIMISER = { learningRate: 3e-3, weightDecay: 0.01, clipNorm: 1 };

export interface FitOptions extends RunContext {
  /** Default 42. */
  seed?: number;
  /** Default: all the machine offers. */
  threads?: number;
}

export interface Fitted {
  /** As `candidateLogits` reads them, `features/…` among them. */
  parameters: Arrays;
  examples: number;
  /** Share of the events asked about whose item was among the candidates. */
  covered: number;
  /** Held-out loss of the closed form's order, then after each epoch. */
  losses: number[];
  /** Whose parameters these are; 0: training made it no better. */
  bestEpoch: number;
}

/** @returns `undefined` where there are fewer than `LEAST_EXAMPLES` examples */
export async function fitReranker(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  { seed = 42, threads, progress, signal }: FitOptions = {},
): Promise<Fitted | undefined> {
  const random = createRandom(seed).fork('second stage');
  const examples = await collectExamples(split, statistics, diagonals, MOST_EXAMPLES, random.fork('users'), {
    progress,
    signal,
  });
  if (examples.count < LEAST_EXAMPLES) return undefined;
  const held: number[] = [];
  const train: number[] = [];
  // Of one user all or none.
  for (let at = 0; at < examples.count; at++) (examples.users[at] % HELD_OUT === 0 ? held : train).push(at);
  if (held.length === 0) held.push(...train.slice(0, BATCH));

  const { mean, deviation } = spread(examples);
  const { parameters, fixed } = initialNetwork(mean, deviation, random.fork('network'));
  const batch = Math.min(BATCH, train.length);
  const steps = Math.floor(train.length / batch);
  const trainer = await createTrainer({
    loss: choiceLoss,
    parameters,
    optimiser: {
      ...OPTIMISER,
      schedule: { kind: 'cosine', warmupSteps: Math.min(20, steps), totalSteps: EPOCHS * steps + 1, floor: 0.02 },
    },
    random: random.fork('dropout'),
    threads,
  });
  const judge = createGraphCache(
    ({ features, absent, chosen, ...rest }) => ({
      loss: choiceLoss(rest, { features, absent, chosen }, inference),
    }),
    { name: 're-ranker', threads },
  );
  const heldLoss = async () => {
    let sum = 0;
    const size = Math.min(BATCH, held.length);
    const whole = Math.floor(held.length / size);
    for (let at = 0; at < whole; at++) {
      const feeds = feedsOf(examples, held.slice(at * size, (at + 1) * size));
      sum += Number((await judge.run({ ...trainer.parameters(), ...fixed, ...feeds })).loss.data[0]) / whole;
    }
    return sum;
  };
  try {
    const losses = [await heldLoss()];
    let best = trainer.parameters();
    let bestEpoch = 0;
    for (let epoch = 1; epoch <= EPOCHS; epoch++) {
      const order = shuffled(train, random.fork(`epoch ${epoch}`));
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        await trainer.step({ ...feedsOf(examples, order.slice(step * batch, (step + 1) * batch)), ...fixed });
        progress?.({
          stage: 're-ranker',
          done: (epoch - 1) * steps + step + 1,
          total: EPOCHS * steps,
          unit: 'steps',
          note: `epoch ${epoch}, held-out loss ${Math.min(...losses).toFixed(4)}`,
        });
      }
      const loss = await heldLoss();
      if (loss < Math.min(...losses)) {
        best = trainer.parameters();
        bestEpoch = epoch;
      }
      losses.push(loss);
    }
    return {
      parameters: { ...best, ...fixed },
      examples: examples.count,
      covered: examples.count / examples.tried,
      losses,
      bestEpoch,
    };
  } finally {
    await Promise.all([trainer.close(), judge.close()]);
  }
}

function feedsOf({ features, absent: without, chosen }: Examples, which: readonly number[]): Arrays {
  const size = CANDIDATES * WIDTH;
  const rows = new Float32Array(which.length * size);
  const absent = new Float32Array(which.length * CANDIDATES);
  which.forEach((example, at) => {
    rows.set(features[example], at * size);
    absent.set(without[example], at * CANDIDATES);
  });
  return {
    features: namedArray([which.length * CANDIDATES, WIDTH], rows),
    absent: namedArray([which.length, CANDIDATES], absent),
    chosen: namedArray(
      [which.length],
      Int32Array.from(which, (example) => chosen[example]),
    ),
  };
}

/** Mean and standard deviation of every feature over all candidates. */
function spread({ count, counts, features }: Examples): { mean: Float32Array; deviation: Float32Array } {
  const sum = new Float64Array(WIDTH);
  const squares = new Float64Array(WIDTH);
  let rows = 0;
  for (let example = 0; example < count; example++)
    for (let row = 0; row < counts[example]; row++, rows++)
      for (let k = 0, at = row * WIDTH; k < WIDTH; k++, at++) {
        sum[k] += features[example][at];
        squares[k] += features[example][at] ** 2;
      }
  const mean = Float32Array.from(sum, (value) => value / rows);
  return {
    mean,
    deviation: Float32Array.from(squares, (value, k) => Math.sqrt(Math.max(0, value / rows - mean[k] ** 2))),
  };
}

const shuffled = (values: readonly number[], random: Random) => random.shuffle(values.slice());
