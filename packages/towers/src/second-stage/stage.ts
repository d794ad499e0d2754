/**
 * The second stage at work: the closed form's first candidates of a history, put in the network's order. What is no
 * candidate stands behind them, in whatever order it had.
 */
import {
  type Arrays,
  type CompiledGraph,
  compileGraph,
  createSession,
  inference,
  namedArray,
  tf,
} from '@lorekeep/graph';
import type { Ranking } from '../ranks.ts';
import type { Question } from '../split.ts';
import { threadsFor } from '../threads.ts';
import { CANDIDATES, createFeatureReader, WIDTH } from './features.ts';
import { candidateLogits } from './network.ts';
import type { Signals } from './signals.ts';

/** Questions a run: one request, or bulk work. */
export const STAGE_BATCHES = [1, 32] as const;

export interface Proposal {
  /** Item rows, best first: at most `CANDIDATES`. */
  items: Int32Array;
  /** The network's, falling; comparable within one proposal only. */
  scores: Float32Array;
  /**
   * 1 for an item that nobody has chosen yet: it keeps the place that the closed form gave it, since the network has only ever
   * seen such items not being chosen. It has the score of the item before it. Default: there is none.
   */
  unchosen?: Uint8Array;
}

/** Vectors of both towers, whose inner products have a say in the order. */
export interface TowerVectors {
  /** `[questions × dim]` */
  users: Float32Array;
  /** `[items × dim]`, by the catalogue's rows. */
  vectors: Float32Array;
  dim: number;
}

export interface SecondStage {
  readonly signals: Signals;
  /**
   * @param histories item rows, oldest first; −1 for an item the second stage does not know
   * @param passes which items may be proposed. Default: all, those of the history too.
   * @returns a proposal a history; an empty one where nothing is known to go by
   */
  propose(histories: readonly ArrayLike<number>[], passes?: (item: number) => boolean): Promise<Proposal[]>;
  close(): Promise<void>;
}

/** The network for `batch` questions: `features [batch · CANDIDATES, WIDTH]` → `scores [batch · CANDIDATES]`. */
export function stageGraph(parameters: Arrays, batch: number): CompiledGraph {
  return compileGraph(
    (given) => ({ scores: tf.clone(candidateLogits(given, given.features, inference)) }),
    { features: { shape: [batch * CANDIDATES, WIDTH] } },
    { name: 'second stage', constants: parameters },
  );
}

/** @param graphs one for each of `STAGE_BATCHES`, compiled or as files */
export async function openSecondStage(
  signals: Signals,
  graphs: readonly (CompiledGraph | string)[],
  { threads }: { threads?: number } = {},
): Promise<SecondStage> {
  const open = (graph: CompiledGraph | string, at: number) =>
    createSession(graph, { threads: threadsFor(STAGE_BATCHES[at], threads), name: 'second stage' });
  const sessions = await Promise.all(graphs.map(open));
  const reader = createFeatureReader(signals);
  return {
    signals,
    async propose(histories, passes) {
      const proposals: Proposal[] = [];
      for (let first = 0; first < histories.length; ) {
        const variant = histories.length - first > 1 ? 1 : 0;
        const batch = STAGE_BATCHES[variant];
        const read = histories.slice(first, first + batch).map((history) => reader.read(history, passes));
        first += batch;
        const features = new Float32Array(batch * CANDIDATES * WIDTH);
        read.forEach((candidates, at) => {
          features.set(candidates.features, at * CANDIDATES * WIDTH);
        });
        const { scores } = await sessions[variant].run({
          features: namedArray([batch * CANDIDATES, WIDTH], features),
        });
        read.forEach(({ count, items, unchosen }, at) => {
          const own = (scores.data as Float32Array).subarray(at * CANDIDATES, at * CANDIDATES + count);
          proposals.push(ordered(items, own, unchosen));
        });
      }
      return proposals;
    },
    async close() {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

/**
 * The proposal in the order of its scores with the towers' added, `weight` times. What sequences say is in no table that the
 * network sees, and the towers cannot be among its features: trained on its very examples, they know the answers.
 *
 * @param towers a score for each of the proposal's items
 */
export function withTowers({ items, scores, unchosen }: Proposal, towers: ArrayLike<number>, weight: number): Proposal {
  return ordered(
    items,
    Float32Array.from(scores, (score, at) => score + weight * towers[at]),
    unchosen,
  );
}

/** By falling score; equals keep their order, what is not a number goes last, and what is unchosen stays where it is. */
function ordered(items: Int32Array, scores: Float32Array, unchosen?: Uint8Array): Proposal {
  const value = (at: number) => (Number.isFinite(scores[at]) ? scores[at] : -Infinity);
  const moved = Array.from(scores.keys())
    .filter((at) => unchosen?.[at] !== 1)
    .sort((a, b) => value(b) - value(a) || a - b);
  let next = 0;
  const order = Array.from(scores.keys(), (at) => (unchosen?.[at] === 1 ? at : moved[next++]));
  const sorted = Float32Array.from(order, (at) => scores[at]);
  let score = moved.length > 0 ? scores[moved[0]] : 0;
  for (let at = 0; at < sorted.length; at++) {
    if (unchosen?.[at] === 1) sorted[at] = score;
    else score = sorted[at];
  }
  return { items: Int32Array.from(order, (at) => items[at]), scores: sorted, ...(unchosen && { unchosen }) };
}

/** Inner products of question `at` with `items`. */
export function towerScores({ users, vectors, dim }: TowerVectors, at: number, items: ArrayLike<number>): Float32Array {
  return Float32Array.from(items, (item) => {
    let sum = 0;
    for (let k = 0, user = at * dim, own = item * dim; k < dim; k++) sum += users[user + k] * vectors[own + k];
    return sum;
  });
}

/**
 * One order from two: the proposals in theirs, but items that the second stage does not know (new ones) at the very place
 * that the towers gave them, and after the last proposal whatever else the towers have.
 *
 * @param proposed best first
 * @param order the towers', best first
 * @param limit how many are wanted
 */
export function merged(
  proposed: ArrayLike<number>,
  order: ArrayLike<number>,
  isNew: (item: number) => boolean,
  limit: number,
): number[] {
  const result: number[] = [];
  const placed = new Set<number>();
  const place = (item: number) => {
    if (placed.has(item)) return;
    placed.add(item);
    result.push(item);
  };
  let next = 0;
  for (let at = 0; result.length < limit && (next < proposed.length || at < order.length); at++) {
    if (at < order.length && isNew(order[at])) place(order[at]);
    else if (next < proposed.length) place(proposed[next++]);
    else place(order[at]);
  }
  // What the proposals pushed aside.
  for (let at = 0; result.length < limit && at < order.length; at++) place(order[at]);
  return result;
}

/**
 * Full ranking: the proposals on top, everything else behind them in the order of `rest`; new items keep the place they have
 * in it (those among its named best are looked at).
 *
 * @param rest the first stage's ranking of the same questions
 * @param rows each catalogue row's row in the second stage, −1 for a new item. Default: the same rows.
 * @param towers have a say, where there are any
 */
export async function rankProposed(
  stage: SecondStage,
  questions: readonly Question[],
  rest: Ranking,
  {
    signal,
    rows,
    towers,
  }: { signal?: AbortSignal; rows?: Int32Array; towers?: TowerVectors & { weight: number } } = {},
): Promise<Ranking> {
  const kept = rest.kept.slice();
  const removed = rest.removed.slice();
  const top = rest.top.slice();
  const { width } = rest;
  const back = rows === undefined ? undefined : new Map(Array.from(rows, (row, item) => [row, item]));
  const isNew = (item: number) => rows !== undefined && rows[item] < 0;
  for (let first = 0; first < questions.length; first += BLOCK) {
    signal?.throwIfAborted();
    const some = questions.slice(first, first + BLOCK);
    const proposals = await stage.propose(
      some.map(({ history }) => (rows === undefined ? history : history.map((item) => rows[item]))),
    );
    proposals.forEach((proposed, index) => {
      const at = first + index;
      const { history, target } = some[index];
      const known = back === undefined ? proposed.items : proposed.items.map((row) => back.get(row) as number);
      const { items, scores } =
        towers === undefined
          ? { ...proposed, items: known }
          : withTowers({ ...proposed, items: known }, towerScores(towers, at, known), towers.weight);
      const best = rest.top.subarray(at * width, (at + 1) * width);
      const past = new Set(history);
      if (!isNew(target)) {
        const place = items.indexOf(target);
        const before = place < 0 ? items : items.subarray(0, place);
        const seen = before.reduce((count, item) => count + (past.has(item) ? 1 : 0), 0);
        const finite = place < 0 || Number.isFinite(scores[place]);
        const behind = (count: number, skips: (item: number) => boolean) => {
          let rank = count + 1;
          for (let i = 0, slot = 1; i < best.length; i++) {
            if (skips(best[i])) continue;
            if (isNew(best[i]) && slot <= rank) rank++;
            slot++;
          }
          return rank;
        };
        const keptRank = behind(before.length, () => false);
        const removedRank = behind(before.length - seen, (item) => past.has(item));
        if (!finite) kept[at] = removed[at] = Infinity;
        else {
          kept[at] = place < 0 ? Math.max(kept[at], keptRank) : keptRank;
          if (!past.has(target)) removed[at] = place < 0 ? Math.max(removed[at], removedRank) : removedRank;
        }
      }
      top.set(merged(items, best, isNew, width), at * width);
    });
  }
  return { kept, removed, top, width };
}

/** Questions between two looks at the signal. */
export const BLOCK = 256;
