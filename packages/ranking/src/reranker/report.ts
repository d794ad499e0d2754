import type { Difference, Metrics } from '@lorekeep/evaluation';

/** How the re-ranker was trained, and its validation results. */
export interface RerankerReport {
  /** Whether it is the best on validation. If not, it is not in the bundle. */
  used: boolean;
  /** Absent if there were too few examples to train on. */
  training?: {
    examples: number;
    /** Share of the tried training events whose item was among the candidates. */
    covered: number;
    /** Held-out loss of the order of the linear model, then after each epoch. */
    losses: number[];
    bestEpoch: number;
  };
  /**
   * Weight of the towers' inner product, which is added to the network's score; 0: it is not added.
   */
  towerWeight: number;
  /** On the validation cases, seen items included. The selections were made by these figures. */
  valid: {
    linear: Metrics;
    reranker?: Metrics;
    /** NDCG@10 of the re-ranker minus that of the linear model: paired 95 % bootstrap interval. */
    difference?: Difference;
  };
}
