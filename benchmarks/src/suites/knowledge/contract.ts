/** What a method is given, and what it must answer. */
import type { Impressions } from './real-log.ts';
import type { StageOne } from './stage-one/outputs.ts';
import type { Target } from './target.ts';

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
