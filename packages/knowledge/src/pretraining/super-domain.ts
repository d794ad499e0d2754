/**
 * Stage 1 of KEEP (section 4.2): supervised pre-training over the super-domain, that is over the
 * impressions of all surfaces and of the whole past. One network shares its embeddings between the
 * tasks; each task has hidden layers of its own. A task is an outcome over a base set: clicks among
 * impressions, purchases among clicks.
 *
 * The model learns one day after the other and extracts before it learns, so the knowledge of a row
 * never comes from a model that has seen the row. In-sample knowledge would look better than it is in
 * use: on a real log it costs .003 GAUC and .011 AUC of the ranker that trusts it.
 */
import type { RunContext } from '@lorekeep/core';
import {
  type Behaviours,
  createBehaviours,
  createImpressionRanker,
  historyParts,
  type ImpressionRanker,
  type RankerOptions,
  type RankingEntities,
  recordRows,
  type Windows,
} from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';

/** Settings of stage 1. Each was chosen on windows before the test of a real log (docs/results.md). */
export const SUPER_DOMAIN_DEFAULTS = {
  hidden: [128],
  taskHidden: [64],
  towers: 32,
  batch: 512,
  learningRate: 1e-3,
  idDropout: 0.1,
} satisfies Partial<RankerOptions>;

/** Behaviours per sequence. */
export const SEQUENCE_LENGTH = 50;

export interface SuperDomainOptions extends RankerOptions {
  entities: RankingEntities;
  /** Behaviours per sequence. 1 to 1,000. Default 50. */
  length?: number;
  /** Default 1. */
  threads?: number;
}

/** A model of stage 1 with the sequences that it reads. */
export interface SuperDomain {
  readonly ranker: ImpressionRanker;
  readonly behaviours: Behaviours;
  /** Trains on rows day by day, or in their order if their times are unknown (`historyParts`). */
  learnHistory(columns: ImpressionColumns, rows: Int32Array, context?: RunContext): Promise<void>;
  /** Trains on each day in one pass; then the days become behaviours. */
  learn(columns: ImpressionColumns, days: readonly Int32Array[], context?: RunContext): Promise<void>;
  close(): Promise<void>;
}

/** @throws LorekeepError `OPTION_INVALID`, `RANKING_TASK_UNKNOWN` */
export async function createSuperDomain({
  entities,
  length = SEQUENCE_LENGTH,
  threads,
  ...options
}: SuperDomainOptions): Promise<SuperDomain> {
  const behaviours = createBehaviours(length);
  const ranker = await createImpressionRanker({
    ...SUPER_DOMAIN_DEFAULTS,
    ...options,
    entities,
    behaviours,
    threads,
  });
  return superDomainOf(ranker, behaviours);
}

/** A model of stage 1 around a ranker that was trained as one. */
export function superDomainOf(ranker: ImpressionRanker, behaviours: Behaviours): SuperDomain {
  /** Trains on the parts one after the other; each is reported, and handed to `trained`. */
  const trainParts = async (
    columns: ImpressionColumns,
    parts: readonly Int32Array[],
    { progress, signal }: RunContext,
    trained: (rows: Int32Array) => void,
  ) => {
    const total = parts.reduce((sum, rows) => sum + rows.length, 0);
    let done = 0;
    for (const rows of parts) {
      signal?.throwIfAborted();
      await ranker.train({ columns, rows });
      trained(rows);
      done += rows.length;
      progress?.({ stage: 'pre-training', done, total, unit: 'impressions' });
    }
  };
  return {
    ranker,
    behaviours,
    learnHistory: (columns, rows, context = {}) =>
      trainParts(columns, historyParts(columns, rows), context, (part) => recordRows(behaviours, columns, part)),
    async learn(columns, days, context = {}) {
      // Sequences stay as they were at the start of the window until all its days are learned.
      await trainParts(columns, days, context, () => {});
      for (const rows of days) recordRows(behaviours, columns, rows);
    },
    close: () => ranker.close(),
  };
}

/** One window before it is learned. */
export interface ProgressiveWindow {
  index: number;
  rows: Int32Array;
  /** The newest impression that the model has learned from. All rows of the window are later. */
  seenUntil: number;
}

/**
 * Walks through the windows: history is learned, then each window is yielded before it is learned.
 * What the caller extracts between two windows is progressive.
 *
 * @throws LorekeepError what a step of a trainer throws
 */
export async function* progressiveWindows(
  model: SuperDomain,
  columns: ImpressionColumns,
  { history, windows }: Windows,
  context: RunContext = {},
): AsyncGenerator<ProgressiveWindow, void, void> {
  await model.learnHistory(columns, history, context);
  for (const [index, { rows, days }] of windows.entries()) {
    yield { index, rows, seenUntil: model.ranker.seenUntil };
    await model.learn(columns, days, context);
  }
}
