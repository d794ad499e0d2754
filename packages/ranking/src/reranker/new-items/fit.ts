/** Training of the network of the new items, on the events of hidden items. */
import { createRandom, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import { type Arrays, namedArray } from '@lorekeep/graph';
import { CANDIDATES } from '@lorekeep/linear';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { featureMoments } from '../training/example-batches.ts';
import type { Diagonals } from '../training/examples.ts';
import { trainByHeldOut } from '../training/held-out.ts';
import { contentRowsOf } from './content-rows.ts';
import { NEW_ITEM_WIDTH, PROPOSALS } from './features.ts';
import { collectHiddenExamples, type HiddenExample } from './hidden-examples.ts';
import { initialNewItemNetwork, newItemLoss } from './network.ts';
import { popularityWeights } from './popularity.ts';

/** Events of hidden items whose item was proposed: with fewer there is too little to learn. */
const MIN_PROPOSED = 100;
const EPOCHS = 12;
/** One user of this number is held out. */
const HELD_OUT = 10;

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
  const { mean, deviation } = featureMoments(examples, NEW_ITEM_WIDTH);
  const { parameters, fixed } = initialNewItemNetwork(mean, deviation, random.fork('network'));
  const how = { loss: newItemLoss, batchOf: exampleBatch, epochs: EPOCHS, stage: 'new items', ...run };
  const { best, ...result } = await trainByHeldOut({ ...how, parameters, fixed, train, heldOut, random });
  const known = Array.from(statistics.users.keys()).filter((row) => statistics.users[row] > 0);
  return {
    network: { ...best, ...fixed },
    popularity: popularityWeights(content, statistics.users, known),
    examples: examples.length,
    covered: proposed / tried,
    ...result,
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
