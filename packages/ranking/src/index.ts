export { blendScores, type RankedCandidates, type Reranker } from './contract.ts';
export { rerankerOptions } from './options.ts';
export { loadStatistics, openSavedReranker, rerankerFiles, saveReranker } from './reranker/files.ts';
export type { RerankerReport } from './reranker/report.ts';
export { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker/reranker.ts';
export { type TrainedReranker, trainReranker } from './reranker/train.ts';
