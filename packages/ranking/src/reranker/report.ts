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
  /** How new items are placed; absent if there was too little to learn from, and in older bundles. */
  newItems?: NewItemReport;
  /** On the validation cases of `casesForChoice`, seen items included. The selections were made by these figures. */
  valid: {
    linear: Metrics;
    reranker?: Metrics;
    /** NDCG@10 of the re-ranker minus that of the linear model: paired 95 % bootstrap interval. */
    difference?: Difference;
  };
}

/** How the network of the new items was trained, and how it is used. */
export interface NewItemReport {
  /** Training events as examples, of hidden items and of others. */
  examples: number;
  /** Share of the tried events of hidden items whose item was proposed. */
  covered: number;
  /** Held-out loss before training, then after each epoch. */
  losses: number[];
  bestEpoch: number;
  /** Added to the log odds of every new item. */
  offset: number;
  /** Most users of a rare item. Rare items are proposed like new ones and keep their own score too. */
  rareUsers: number;
}
