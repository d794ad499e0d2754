/** What is compared, on which rows, and what a method must answer. */
import type { Impressions } from './real-log.ts';
import type { StageOne } from './stage-one/outputs.ts';

export const OUTCOMES = ['click', 'long_view'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A sub-domain: the surfaces that a ranker is for, and the outcome that it predicts. */
export interface Target {
  name: string;
  surfaces: readonly string[];
  outcome: Outcome;
  /**
   * The ranker is trained on a tenth of the rows of these surfaces, and scored on all of them: a young
   * surface. The super-domain keeps all rows.
   */
  thin: boolean;
}

export interface MethodContext {
  impressions: Impressions;
  target: Target;
  /** Knowledge of the super-domain, of rows that it has not trained on. */
  stageOne: StageOne;
  /** Of the ranker. */
  seed: number;
}

export interface Method {
  name: string;
  /** Whether the answer depends on the seed of the ranker. */
  seeded: boolean;
  /** Whether the answer depends on stage one. */
  needsStageOne: boolean;
  /** @returns one score for each of `impressions.scoredRows(target)`, in that order */
  score(context: MethodContext): Promise<Float32Array>;
}
