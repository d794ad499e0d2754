export { blendScores, orderedByScore, type RankedCandidates, type Reranker, type RerankQuery } from './contract.ts';
export { rerankerOptions } from './options.ts';
export { loadStatistics, openSavedReranker, rerankerFiles, saveReranker } from './reranker/files.ts';
export type { RerankerReport } from './reranker/report.ts';
export { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker/reranker.ts';
export type { ItemStatistics } from './reranker/statistics/item-statistics.ts';
export { type TrainedReranker, type TrainRerankerOptions, trainReranker } from './reranker/training/train.ts';
