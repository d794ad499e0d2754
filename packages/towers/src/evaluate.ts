/**
 * What ranks say, put together once for every model: metrics with their intervals, history kept (as the published tables
 * have it) and removed (as a shop does), where a model is good and where it is not, and how much of the catalogue it shows.
 */
import type { RunContext } from '@lorekeep/core';
import { breakdownOf, type Group } from './breakdown.ts';
import { createTowerEncoder } from './encode.ts';
import { bootstrapAll, type Intervals, metricsOfRanks } from './metrics.ts';
import { createRankEvaluator, type Ranking } from './ranks.ts';
import { openSecondStage, rankProposed, STAGE_BATCHES, stageGraph } from './second-stage/stage.ts';
import type { TrainedStage } from './second-stage/train.ts';
import { rankByNeighbours } from './solved/score.ts';
import { type Question, questions, type Split } from './split.ts';
import { rankingOf, type TrainedTowers, vectorsOf } from './train.ts';
import type { EvaluationSet, Metrics } from './types.ts';

export interface Evaluation {
  /** History kept. */
  metrics: Metrics;
  /** 95 % bootstrap over users. */
  intervals: Intervals;
  /** The same questions with the history's items left out of the ranking. */
  removed: { metrics: Metrics; intervals: Intervals };
  /** History kept; every question is in one group of each kind. */
  breakdown: Group[];
  /** Share of the catalogue that is among the best 10 of anybody, history kept. */
  coverage: number;
  /** `[questions]` history kept, in the order of `split.asked[set].users`. */
  ranks: Float64Array;
}

export interface EvaluateOptions extends RunContext {
  /** Default: all the machine offers. */
  threads?: number;
}

/** The evaluation of a ranking, however it was made. */
export function evaluationOf(split: Split, set: EvaluationSet, ranking: Ranking, seed = 42): Evaluation {
  const { kept, removed, top } = ranking;
  const [intervals, intervalsRemoved] = bootstrapAll([kept, removed], { seed });
  return {
    metrics: metricsOfRanks(kept),
    intervals,
    removed: { metrics: metricsOfRanks(removed), intervals: intervalsRemoved },
    breakdown: breakdownOf(split, set, kept),
    coverage: split.corpus.itemIds.length === 0 ? 0 : new Set(top).size / split.corpus.itemIds.length,
    ranks: kept,
  };
}

/** A ranking without questions. */
export const emptyRanking = (): Ranking => ({
  kept: new Float64Array(0),
  removed: new Float64Array(0),
  top: new Int32Array(0),
  width: 0,
});

/** Ranks every target among all items, by whatever scores in service: towers, linear model, second stage over it. */
export async function evaluateTowers(
  { split, parameters, content, config, corpus, contentInfo, seed, linear, secondStage }: TrainedTowers,
  set: EvaluationSet,
  { threads, signal, progress }: EvaluateOptions = {},
): Promise<Evaluation> {
  const sizes = { items: corpus.itemIds.length, contentDim: config.content ? contentInfo.dim : 0 };
  const encoder = createTowerEncoder(config, sizes, { threads, signal });
  const ranker = createRankEvaluator({ threads, signal });
  try {
    const asked = questions(split, set);
    const total = asked.length;
    const note = `${linear === undefined ? 'towers' : 'linear model'}, ${set}`;
    progress?.({ stage: 'evaluate', done: 0, total, unit: 'users', note });
    let ranking = emptyRanking();
    if (linear === undefined) {
      if (total > 0) ranking = await rankingOf(asked, parameters, content, encoder, ranker);
    } else {
      ranking = rankByNeighbours(linear.neighbours, asked, linear.settings);
      if (secondStage?.parts !== undefined) {
        const { towerWeight: weight } = secondStage.report;
        const says = weight > 0 && total > 0;
        const towers = says ? { ...(await vectorsOf(asked, parameters, content, encoder)), weight } : undefined;
        ranking = await reranked(secondStage.parts, asked, ranking, { threads, signal, towers });
      }
    }
    progress?.({ stage: 'evaluate', done: total, total, unit: 'users', note });
    return evaluationOf(split, set, ranking, seed);
  } finally {
    await Promise.all([encoder.close(), ranker.close()]);
  }
}

async function reranked(
  { signals, network }: NonNullable<TrainedStage['parts']>,
  asked: readonly Question[],
  linear: Ranking,
  { threads, ...how }: { threads?: number } & Parameters<typeof rankProposed>[3],
): Promise<Ranking> {
  const stage = await openSecondStage(
    signals,
    STAGE_BATCHES.map((batch) => stageGraph(network, batch)),
    { threads },
  );
  try {
    return await rankProposed(stage, asked, linear, how);
  } finally {
    await stage.close();
  }
}
