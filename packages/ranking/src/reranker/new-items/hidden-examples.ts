/**
 * Training examples of new items, from hidden items: a random tenth of the items is treated as if no
 * user had chosen it, and the events that did choose one of them are asked about. Events of other
 * items become examples too, so that the network learns how seldom a new item is the choice.
 */
import type { Random, RunContext } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import { type Arrays, createGraphCache, inference, namedArray, tf } from '@lorekeep/graph';
import { CANDIDATES } from '@lorekeep/linear';
import { WIDTH } from '../features/feature-names.ts';
import { candidateLogits } from '../network.ts';
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { createPastReader, type Diagonals, FOLDS, ordersWithoutFolds, targetPositions } from '../training/examples.ts';
import { contentRowsOf } from './content-rows.ts';
import type { ContentRows } from './features.ts';
import { createNewItemTable } from './new-item-table.ts';
import { popularityWeights, predictedPopularity } from './popularity.ts';
import { createProposer } from './proposals.ts';

const HIDDEN_SHARE = 0.1;
/** Times that other items are hidden, until there are enough examples. */
const DRAWS = 4;
const MAX_EXAMPLES = 12_000;
/** Share of the events of other items that become examples. */
const OTHERS_SHARE = 0.15;
/** Users between two looks at the signal. */
const USERS_PER_BLOCK = 256;
/** Queries of one run of the re-ranker. */
const RUN = 64;

export interface HiddenExample {
  /** Row of the user. */
  user: number;
  /** `[PROPOSALS × NEW_ITEM_WIDTH]` */
  features: Float32Array;
  /** Number of proposed items. */
  count: number;
  /** `[CANDIDATES]` log probabilities of the re-ranked items; −1e9 for padding. */
  others: Float32Array;
  /** Place of the choice: among the re-ranked items, or `CANDIDATES` plus that among the proposals. */
  target: number;
}

export interface HiddenExamples {
  examples: HiddenExample[];
  /** Events of hidden items that were tried, and those whose item was proposed. */
  tried: number;
  proposed: number;
}

/**
 * @param network of the re-ranker, with the arrays `features/…`
 * @throws `signal.reason` if stopped
 */
export async function collectHiddenExamples(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  network: Arrays,
  random: Random,
  run: RunContext & { threads?: number },
): Promise<HiddenExamples> {
  const content = contentRowsOf(statistics);
  const result: HiddenExamples = { examples: [], tried: 0, proposed: 0 };
  if (content === undefined) return result;
  const orders = ordersWithoutFolds(split, run.signal);
  const scorer = createScorer(network, run.threads);
  const report = () =>
    run.progress?.({ stage: 'new items', done: result.examples.length, total: MAX_EXAMPLES, unit: 'examples' });
  try {
    for (let draw = 0; draw < DRAWS && result.examples.length < MAX_EXAMPLES; draw++) {
      const own = random.fork(`draw ${draw}`);
      const hidden = Uint8Array.from(statistics.users, (users, row) =>
        users > 0 && content.of(row) !== undefined && own.next() < HIDDEN_SHARE ? 1 : 0,
      );
      const reader = createDrawReader(split, statistics, diagonals, { hidden, orders, content, threads: run.threads });
      const users = own.shuffle(Uint32Array.from(split.trainLengths.keys()));
      try {
        for (let first = 0; first < users.length && result.examples.length < MAX_EXAMPLES; first += USERS_PER_BLOCK) {
          run.signal?.throwIfAborted();
          report();
          await reader.read(users.subarray(first, first + USERS_PER_BLOCK), own, scorer, result);
        }
      } finally {
        await reader.close();
      }
    }
  } finally {
    await scorer.close();
  }
  return result;
}

interface Draw {
  /** `[items]` 1 for a hidden item. */
  hidden: Uint8Array;
  orders: readonly Float32Array[];
  content: ContentRows;
  threads?: number;
}

/** Reads examples as if the hidden items were new. */
function createDrawReader(
  split: Split,
  statistics: ItemStatistics,
  diagonals: Diagonals,
  { hidden, orders, content, threads }: Draw,
) {
  const table = createNewItemTable(content, { threads });
  hidden.forEach((isHidden, row) => {
    if (isHidden === 1) table.put(row, content.of(row) as Float32Array);
  });
  const known = Array.from(hidden.keys()).filter((row) => hidden[row] === 0 && statistics.users[row] > 0);
  const popularityOf = predictedPopularity(popularityWeights(content, statistics.users, known));
  const proposer = createProposer(table, content, popularityOf, { threads });
  const past = createPastReader(statistics, diagonals, { hidden, threads });

  /** Events of the user that become examples. */
  function positions(user: number, random: Random): number[] {
    const events = trainItems(split, user);
    return targetPositions(split, user).filter((at) => {
      if (hidden[events[at]] === 0) return random.next() < OTHERS_SHARE;
      // An item that the user has chosen before is not new to the user.
      return !events.subarray(0, at).includes(events[at]);
    });
  }

  return {
    async read(users: Uint32Array, random: Random, scorer: Scorer, into: HiddenExamples): Promise<void> {
      const pasts = Array.from(users).flatMap((user) =>
        positions(user, random).flatMap((at) => {
          const { features, ...rest } = past.read(split, user, at, orders[user % FOLDS]);
          return rest.candidates.count === 0 ? [] : [{ user, ...rest, unfinished: features() }];
        }),
      );
      const read = await past.finish(pasts.map(({ unfinished }) => unfinished));
      const scores = await scorer.scores(read.map(({ features }) => features));
      const queries = pasts.map(({ history, candidates: { items, count } }, at) => {
        const order = Array.from({ length: count }, (_, rank) => rank).sort((a, b) => scores[at][b] - scores[at][a]);
        return {
          history,
          ranked: { items: order.map((rank) => items[rank]), scores: order.map((rank) => scores[at][rank]) },
        };
      });
      const proposals = await proposer.propose(queries);
      pasts.forEach(({ user, target }, at) => {
        const { rows, features } = proposals[at];
        const { ranked } = queries[at];
        const isHidden = hidden[target] === 1;
        const place = (isHidden ? Array.from(rows) : ranked.items).indexOf(target);
        if (isHidden) into.tried++;
        if (place < 0 || rows.length === 0) return;
        if (isHidden) into.proposed++;
        const others = logProbabilities(ranked.scores);
        into.examples.push({
          user,
          features,
          count: rows.length,
          others,
          target: isHidden ? CANDIDATES + place : place,
        });
      });
    },
    async close() {
      await Promise.all([past.close(), proposer.close(), table.close()]);
    },
  };
}

/** `[CANDIDATES]` */
function logProbabilities(scores: readonly number[]): Float32Array {
  const total = logOfSum(scores);
  const result = new Float32Array(CANDIDATES).fill(-1e9);
  scores.forEach((score, rank) => {
    result[rank] = score - total;
  });
  return result;
}

/** log Σ exp(score), −∞ for no scores. */
export function logOfSum(scores: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < scores.length; at++) if (scores[at] > most) most = scores[at];
  if (!Number.isFinite(most)) return most;
  let sum = 0;
  for (let at = 0; at < scores.length; at++) sum += Math.exp(scores[at] - most);
  return most + Math.log(sum);
}

interface Scorer {
  /** @param features `[CANDIDATES × WIDTH]` of each query */
  scores(features: readonly Float32Array[]): Promise<Float32Array[]>;
}

function createScorer(network: Arrays, threads: number | undefined): Scorer & { close(): Promise<void> } {
  const graph = createGraphCache(
    ({ features, ...given }) => ({ scores: tf.clone(candidateLogits(given, features, inference)) }),
    { name: 're-ranker', threads },
  );
  return {
    async scores(features) {
      const result: Float32Array[] = [];
      for (let first = 0; first < features.length; first += RUN) {
        const some = features.slice(first, first + RUN);
        const rows = new Float32Array(RUN * CANDIDATES * WIDTH);
        some.forEach((own, at) => {
          rows.set(own, at * CANDIDATES * WIDTH);
        });
        const { scores } = await graph.run({ ...network, features: namedArray([RUN * CANDIDATES, WIDTH], rows) });
        some.forEach((_, at) => {
          result.push((scores.data as Float32Array).slice(at * CANDIDATES, (at + 1) * CANDIDATES));
        });
      }
      return result;
    },
    close: () => graph.close(),
  };
}
