/** Training of the network of the new items. The epoch with the lowest held-out loss is kept. */
import { createRandom, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { type Arrays, createGraphCache, createTrainer, inference, namedArray } from '@lorekeep/graph';
import { CANDIDATES } from '@lorekeep/linear';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import type { Diagonals } from '../training/examples.ts';
import { contentRowsOf } from './content-rows.ts';
import { NEW_ITEM_WIDTH, PROPOSALS } from './features.ts';
import { collectHiddenExamples, type HiddenExample } from './hidden-examples.ts';
import { initialNewItemNetwork, newItemLoss } from './network.ts';
import { popularityWeights } from './popularity.ts';

/** Events of hidden items whose item was proposed: with fewer there is too little to learn. */
const MIN_PROPOSED = 100;
const BATCH = 128;
const EPOCHS = 12;
/** One user of this number is held out. */
const HELD_OUT = 10;
const OPTIMISER = { learningRate: 3e-3, weightDecay: 0.01, clipNorm: 1 };

export interface NewItemFit {
  /** As `newItemLogits` reads them, with the arrays `features/…`. */
  network: Arrays;
  /** `[contentDim]`, see popularity.ts */
  popularity: Float32Array;
  examples: number;
  /** Share of the tried events of hidden items whose item was proposed. */
  covered: number;
  /** Held-out loss before training, then after each epoch. */
  losses: number[];
  bestEpoch: number;
}

/**
 * Reports progress as stage `'new items'`, units `'examples'`, then `'steps'`.
 *
 * @param reranker network of the re-ranker, with the arrays `features/…`
 * @returns `undefined` without content, or with too few events of hidden items
 * @throws `signal.reason` if stopped
 */
export async function fitNewItems(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  reranker: Arrays,
  { seed = 42, threads, progress, signal }: RunContext & { seed?: number; threads?: number } = {},
): Promise<NewItemFit | undefined> {
  const content = contentRowsOf(statistics);
  if (content === undefined) return undefined;
  const random = createRandom(seed).fork('new items');
  const run = { threads, progress, signal };
  const collected = await collectHiddenExamples(split, statistics, diagonals, reranker, random.fork('examples'), run);
  const { examples, tried, proposed } = collected;
  if (proposed < MIN_PROPOSED) return undefined;
  const heldOut = examples.filter(({ user }) => user % HELD_OUT === 0);
  const train = examples.filter(({ user }) => user % HELD_OUT !== 0);
  if (heldOut.length === 0 || train.length === 0) return undefined;
  const { mean, deviation } = moments(examples);
  const { parameters, fixed } = initialNewItemNetwork(mean, deviation, random.fork('network'));
  const batch = Math.min(BATCH, train.length);
  const steps = Math.floor(train.length / batch);
  const trainer = await createTrainer({
    loss: newItemLoss,
    parameters,
    optimiser: {
      ...OPTIMISER,
      schedule: { kind: 'cosine', warmupSteps: Math.min(20, steps), totalSteps: EPOCHS * steps + 1, floor: 0.02 },
    },
    random: random.fork('dropout'),
    threads,
  });
  const evaluator = createLossEvaluator(heldOut, threads);
  try {
    const losses = [await evaluator.loss({ ...trainer.parameters(), ...fixed })];
    let best = trainer.parameters();
    let bestEpoch = 0;
    for (let epoch = 1; epoch <= EPOCHS; epoch++) {
      const order = random.fork(`epoch ${epoch}`).shuffle(train.slice());
      for (let step = 0; step < steps; step++) {
        signal?.throwIfAborted();
        await trainer.step({ ...exampleBatch(order.slice(step * batch, (step + 1) * batch)), ...fixed });
        progress?.({ stage: 'new items', done: (epoch - 1) * steps + step + 1, total: EPOCHS * steps, unit: 'steps' });
      }
      const loss = await evaluator.loss({ ...trainer.parameters(), ...fixed });
      if (loss < Math.min(...losses)) {
        best = trainer.parameters();
        bestEpoch = epoch;
      }
      losses.push(loss);
    }
    const known = Array.from(statistics.users.keys()).filter((row) => statistics.users[row] > 0);
    return {
      network: { ...best, ...fixed },
      popularity: popularityWeights(content, statistics.users, known),
      examples: examples.length,
      covered: proposed / tried,
      losses,
      bestEpoch,
    };
  } finally {
    await Promise.all([trainer.close(), evaluator.close()]);
  }
}

function createLossEvaluator(heldOut: readonly HiddenExample[], threads: number | undefined) {
  const graph = createGraphCache(
    ({ features, masked, others, targets, ...given }) => ({
      loss: newItemLoss(given, { features, masked, others, targets }, inference),
    }),
    { name: 'new items', threads },
  );
  const size = Math.min(BATCH, heldOut.length);
  const batches = Math.floor(heldOut.length / size);
  return {
    async loss(parameters: Arrays): Promise<number> {
      let mean = 0;
      for (let at = 0; at < batches; at++) {
        const feeds = exampleBatch(heldOut.slice(at * size, (at + 1) * size));
        mean += Number((await graph.run({ ...parameters, ...feeds })).loss.data[0]) / batches;
      }
      return mean;
    },
    close: () => graph.close(),
  };
}

function exampleBatch(examples: readonly HiddenExample[]): Arrays {
  const batch = examples.length;
  const features = new Float32Array(batch * PROPOSALS * NEW_ITEM_WIDTH);
  const masked = new Float32Array(batch * PROPOSALS);
  const others = new Float32Array(batch * CANDIDATES);
  examples.forEach((example, row) => {
    features.set(example.features, row * PROPOSALS * NEW_ITEM_WIDTH);
    masked.fill(1, row * PROPOSALS + example.count, (row + 1) * PROPOSALS);
    others.set(example.others, row * CANDIDATES);
  });
  return {
    features: namedArray([batch * PROPOSALS, NEW_ITEM_WIDTH], features),
    masked: namedArray([batch, PROPOSALS], masked),
    others: namedArray([batch, CANDIDATES], others),
    targets: namedArray(
      [batch],
      Int32Array.from(examples, ({ target }) => target),
    ),
  };
}

/** `[NEW_ITEM_WIDTH]` each: mean and standard deviation over all proposed items. */
function moments(examples: readonly HiddenExample[]): { mean: Float32Array; deviation: Float32Array } {
  const sum = new Float64Array(NEW_ITEM_WIDTH);
  const squares = new Float64Array(NEW_ITEM_WIDTH);
  let rows = 0;
  for (const { features, count } of examples) {
    rows += count;
    for (let at = 0; at < count * NEW_ITEM_WIDTH; at++) {
      sum[at % NEW_ITEM_WIDTH] += features[at];
      squares[at % NEW_ITEM_WIDTH] += features[at] ** 2;
    }
  }
  const mean = Float32Array.from(sum, (value) => value / rows);
  const variance = (value: number, k: number) => Math.max(0, value / rows - mean[k] ** 2);
  return { mean, deviation: Float32Array.from(squares, (value, k) => Math.sqrt(variance(value, k))) };
}
