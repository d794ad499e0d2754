export { blendScores, orderedByScore, type RankedCandidates, type Reranker, type RerankQuery } from './contract.ts';
export { behaviourKind } from './data/behaviour-kinds.ts';
export { type Behaviours, createBehaviours } from './data/behaviours.ts';
export { type Field, updateItemFields, updateUserFields } from './data/fields.ts';
export type { ItemVectors } from './data/item-vectors.ts';
export { loadEntities, loadRankingData, type RankingData, type RankingEntities } from './data/ranking-data.ts';
export { errors as rankingErrors } from './errors.ts';
export { auc } from './metrics/auc.ts';
export { type Calibration, type CalibrationOptions, calibration, type ReliabilityBin } from './metrics/calibration.ts';
export { type Gauc, type GaucCounts, type GaucOptions, type GaucWeight, gauc } from './metrics/gauc.ts';
export { type GroupKeys, type Groups, groupsOf } from './metrics/groups.ts';
export { type LogLoss, logLoss } from './metrics/log-loss.ts';
export {
  type Estimate,
  type PairedGauc,
  type PairedGaucOptions,
  type PairedRows,
  pairedGauc,
} from './metrics/paired-gauc.ts';
export type { PredictionOptions } from './metrics/predictions.ts';
export type { RowChoice, RowValues } from './metrics/rows.ts';
export { type Slice, slicesByCount } from './metrics/slices.ts';
export { rerankerOptions } from './options.ts';
export { historyParts, partsByUser, recordRows } from './protocol/record.ts';
export { frozenWindows, type Window, type WindowOptions, type Windows } from './protocol/windows.ts';
export { type RankerConfig, type RankerOptions, type RankingTask, rankerConfig } from './ranker/config.ts';
export type {
  ImpressionRanker,
  PlugOptions,
  RankingRows,
  RowKnowledge,
  RowScores,
  ScoreOptions,
} from './ranker/contract.ts';
export { loadRanker, saveRanker } from './ranker/files.ts';
export {
  type CreateRankerOptions,
  createImpressionRanker,
  type OpenRankerOptions,
  openImpressionRanker,
} from './ranker/ranker.ts';
export type { RankerState } from './ranker/state.ts';
export { type WarmStartOptions, warmStart } from './ranker/warm-start.ts';
export { loadTables, newItemGraphs, openSavedReranker, rerankerFiles, saveReranker } from './reranker/files.ts';
export { contentRowsOf, rareRows } from './reranker/new-items/content-rows.ts';
export type { ContentRows } from './reranker/new-items/features.ts';
export { isNewItem, isRareItem } from './reranker/new-items/new-and-rare.ts';
export type { NewItemTable } from './reranker/new-items/new-item-table.ts';
export {
  NEW_ITEM_BATCHES,
  type NewItemModel,
  type NewItems,
  newItemGraph,
  openNewItems,
} from './reranker/new-items/open.ts';
export type { NewItemReport, RerankerReport } from './reranker/report.ts';
export { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker/reranker.ts';
export type { ItemStatistics } from './reranker/statistics/item-statistics.ts';
export {
  type CentredContent,
  type NewItemParts,
  type TrainedReranker,
  type TrainRerankerOptions,
  trainReranker,
} from './reranker/training/train.ts';
