import type { Difference, Metrics } from '@lorekeep/evaluation';

/** How the re-ranker was trained, and what it is worth. */
export interface RerankerReport {
  /** It is the best on validation; if not, it is not in the bundle. */
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
  /** Factor of the towers' inner product that is added to the network's score; 0: none is added. */
  towerWeight: number;
  /** On the validation cases, seen items included: the choices were made by these. */
  valid: {
    linear: Metrics;
    reranker?: Metrics;
    /** NDCG@10 of the re-ranker minus that of the linear model: paired 95 % bootstrap interval. */
    difference?: Difference;
  };
}
