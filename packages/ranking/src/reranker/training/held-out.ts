/**
 * Training of a small network on examples: epochs of AdamW, of which the one with the lowest loss on
 * held-out examples is kept. This takes minutes at most, so there is no checkpoint.
 */
import type { Random, RunContext } from '@lorekeep/core';
import { type Arrays, createGraphCache, createTrainer, inference, type Loss } from '@lorekeep/graph';

/** Examples of a step. */
export const BATCH = 128;
const OPTIMISER = { learningRate: 3e-3, weightDecay: 0.01, clipNorm: 1 };

export interface HeldOutTraining<Example> extends RunContext {
  loss: Loss;
  /** The arrays of a step. */
  batchOf(examples: readonly Example[]): Arrays;
  parameters: Arrays;
  /** Arrays that are not learned. */
  fixed: Arrays;
  train: readonly Example[];
  heldOut: readonly Example[];
  epochs: number;
  random: Random;
  /** Name of the stage that reports progress, unit `'steps'`. */
  stage: string;
  threads?: number;
}

export interface HeldOutResult {
  /** Parameters of the best epoch. */
  best: Arrays;
  /** Held-out loss before training, then after each epoch. */
  losses: number[];
  /** 0 if training did not lower the loss. */
  bestEpoch: number;
}

/** @throws LorekeepError what `createTrainer` and its steps throw; `signal.reason` if stopped */
export async function trainByHeldOut<Example>({
  loss,
  batchOf,
  parameters,
  fixed,
  train,
  heldOut,
  epochs,
  random,
  stage,
  threads,
  progress,
  signal,
}: HeldOutTraining<Example>): Promise<HeldOutResult> {
  const batch = Math.min(BATCH, train.length);
  const steps = Math.floor(train.length / batch);
  const trainer = await createTrainer({
    loss,
    parameters,
    optimiser: {
      ...OPTIMISER,
      schedule: { kind: 'cosine', warmupSteps: Math.min(20, steps), totalSteps: epochs * steps + 1, floor: 0.02 },
    },
    random: random.fork('dropout'),
    threads,
  });
  const graph = createGraphCache((feeds) => ({ loss: loss(feeds, feeds, inference) }), { name: stage, threads });
  /** The mean over whole batches. */
  async function heldOutLoss(): Promise<number> {
    const size = Math.min(BATCH, heldOut.length);
    const batches = Math.floor(heldOut.length / size);
    let mean = 0;
    for (let at = 0; at < batches; at++) {
      const feeds = batchOf(heldOut.slice(at * size, (at + 1) * size));
      mean += Number((await graph.run({ ...trainer.parameters(), ...fixed, ...feeds })).loss.data[0]) / batches;
    }
    return mean;
  }
  try {
    const losses = [await heldOutLoss()];
    let best = trainer.parameters();
    let bestEpoch = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = random.fork(`epoch ${epoch}`).shuffle(train.slice());
      const note = `epoch ${epoch}, held-out loss ${Math.min(...losses).toFixed(4)}`;
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        await trainer.step({ ...batchOf(order.slice(step * batch, (step + 1) * batch)), ...fixed });
        progress?.({ stage, done: (epoch - 1) * steps + step + 1, total: epochs * steps, unit: 'steps', note });
      }
      const reached = await heldOutLoss();
      if (reached < Math.min(...losses)) {
        best = trainer.parameters();
        bestEpoch = epoch;
      }
      losses.push(reached);
    }
    return { best, losses, bestEpoch };
  } finally {
    await Promise.all([trainer.close(), graph.close()]);
  }
}
