/** NDCG@10 of the towers on validation cases, after every epoch. */
import type { Random } from '@lorekeep/core';
import {
  createRankEvaluator,
  type EvaluationCase,
  evaluationCases,
  metricsOfRanks,
  type Split,
} from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import type { TowerConfig } from '../options.ts';
import { createTowerEncoder } from '../tower-vectors.ts';

export interface Validation {
  /**
   * NDCG@10 with seen items included.
   *
   * @param parameters as the model functions read them
   * @throws `signal.reason` if stopped
   */
  ndcg(parameters: Arrays): Promise<number>;
  close(): Promise<void>;
}

export interface ValidationOptions {
  split: Split;
  config: TowerConfig;
  /** `[items × contentDim]` as the towers read it, `undefined` without content. */
  content: Float32Array | undefined;
  /** 0 without content. */
  contentDim: number;
  /** Draws the cases if there are more than `config.training.validationUsers`. */
  random: Random;
  threads?: number;
  signal?: AbortSignal;
}

export function createValidation({
  split,
  config,
  content,
  contentDim,
  random,
  threads,
  signal,
}: ValidationOptions): Validation {
  const cases = evenDraw(evaluationCases(split, 'valid'), config.training.validationUsers, random);
  const targets = cases.map(({ target }) => target);
  const sizes = { items: split.log.itemIds.length, contentDim };
  const encoder = createTowerEncoder(config, sizes, { threads, signal });
  const ranker = createRankEvaluator({ threads, signal });
  return {
    async ndcg(parameters) {
      if (cases.length === 0) return metricsOfRanks(new Float64Array(0))['ndcg@10'];
      const { users, vectors, dim } = await encoder.both(parameters, content, cases);
      return metricsOfRanks(await ranker.byVectors(users, vectors, dim, targets))['ndcg@10'];
    },
    async close() {
      await Promise.all([encoder.close(), ranker.close()]);
    },
  };
}

/** All cases, or `count` of them drawn evenly. */
function evenDraw(cases: EvaluationCase[], count: number, random: Random): EvaluationCase[] {
  return cases.length <= count ? cases : random.shuffle(cases).slice(0, count);
}
