/** Options of the re-ranker. */
import { flag } from '@lorekeep/core';

export const rerankerOptions = {
  enabled: flag(
    true,
    'A small network re-ranks the first candidates of the linear model. Needs `linear.neighboursPerItem` above 0. Of re-ranker, linear model and towers, the one with the best validation NDCG@10 is used.',
  ),
};
