/** The trained towers on the question sets: one call, ranks and metrics with their intervals out. */
import type { RunContext } from '@lorekeep/core';
import { createTowerEncoder } from './encode.ts';
import { bootstrapIntervals, type Intervals, metricsOfRanks } from './metrics.ts';
import { createRankEvaluator } from './ranks.ts';
import { ranksOf, type TrainedTowers } from './train.ts';
import type { EvaluationSet, Metrics } from './types.ts';

export interface Evaluation {
  metrics: Metrics;
  /** 95 % bootstrap over users. */
  intervals: Intervals;
  /** `[users]`, in the order of `split.asked[set].users`. */
  ranks: Float64Array;
}

export interface EvaluateOptions extends RunContext {
  /** Default: all the machine offers. */
  threads?: number;
}

/** Metrics and intervals of ranks, however they were made. */
export function evaluationOf(ranks: Float64Array, seed = 42): Evaluation {
  return { ranks, metrics: metricsOfRanks(ranks), intervals: bootstrapIntervals(ranks, { seed }) };
}

/** Ranks every target among all items, history items included. */
export async function evaluateTowers(
  { split, parameters, content, config, corpus, contentInfo, seed }: TrainedTowers,
  set: EvaluationSet,
  { threads, signal, progress }: EvaluateOptions = {},
): Promise<Evaluation> {
  const sizes = { items: corpus.itemIds.length, contentDim: config.content ? contentInfo.dim : 0 };
  const encoder = createTowerEncoder(config, sizes, { threads, signal });
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const total = split.asked[set].users.length;
    progress?.({ stage: 'evaluate', done: 0, total, unit: 'users', note: `towers, ${set}` });
    const ranks = await ranksOf(split, set, parameters, content, encoder, ranker);
    progress?.({ stage: 'evaluate', done: total, total, unit: 'users', note: `towers, ${set}` });
    return evaluationOf(ranks, seed);
  } finally {
    await Promise.all([encoder.close(), ranker.close()]);
  }
}
