export type { RankingTask } from '@lorekeep/ranking';
export { type BackupResult, backupWorkspace } from './backup/backup.ts';
export { type BackupManifest, readBackup, verifyBackup } from './backup/manifest.ts';
export { type RestoreResult, restoreWorkspace } from './backup/restore.ts';
export {
  DEFAULT_INDEX,
  DEFAULT_PRESET,
  DEFAULT_PROTOCOL,
  DEFAULT_REFIT,
  DEFAULT_SEED,
  LIMITS,
  NO_MODEL,
  REFITS,
  type Refit,
} from './defaults.ts';
export { type DiagnoseOptions, type Diagnosis, diagnose } from './diagnose/diagnose.ts';
export type { Finding, FindingState } from './diagnose/finding.ts';
export type { EncodeEstimate, EncodeOptions, EncodeResult, EncoderSummary } from './encoding/encode.ts';
export { modelPath } from './encoding/model-path.ts';
export { errors as workspaceErrors } from './errors.ts';
export { changedEventRules, type EventRulesChange, type EventSummary } from './events.ts';
export type { ImportDirectoryOptions, ImportFilesOptions, ImportResult } from './import.ts';
export type { Jobs } from './jobs/jobs.ts';
export type { Publications, RollbackResult } from './jobs/live/rollback.ts';
export type { Job, JobRun, JobStatus, PublicationStatus, Verdict } from './jobs/records/answers.ts';
export type { Scheduler, SchedulerOptions } from './jobs/schedule/scheduler.ts';
export type { JobSettings, JobSettingsInput } from './jobs/settings.ts';
export type { EngineRun } from './publishing/engine.ts';
export type { PublishOptions, PublishResult } from './publishing/publish.ts';
export type { KnowledgePublishOptions, KnowledgePublishResult } from './ranking/centre/publish.ts';
export type { KnowledgeGetOptions, KnowledgePlace, KnowledgeVersionsResult } from './ranking/centre/read.ts';
export type { RankEvaluateOptions, RankEvaluateResult } from './ranking/evaluation/evaluate.ts';
export type { KnowledgeExtractOptions, KnowledgeExtractResult } from './ranking/extraction/extract.ts';
export type { KnowledgePretrainOptions, KnowledgePretrainResult } from './ranking/pretraining/pretrain.ts';
export type { RankScoreOptions } from './ranking/ranker/score.ts';
export type { RankTrainOptions, RankTrainResult } from './ranking/ranker/train.ts';
export type { KnowledgeManifest } from './ranking/versions.ts';
export type { OpenWorkspaceOptions } from './state.ts';
export type { NextStep, Stage, UnfinishedWork, WorkspaceStatus } from './status.ts';
export type { EvaluateOptions, EvaluationResult } from './training/evaluate.ts';
export type { ItemSample } from './training/item-sample.ts';
export { metricsOf } from './training/metrics.ts';
export { hasNothingToLearn } from './training/nothing-to-learn.ts';
export { MIN_TEST_USERS, type TrainingOutlook } from './training/outlook.ts';
export type { TrainOptions, TrainResult } from './training/train.ts';
export { openWorkspace, type Workspace } from './workspace.ts';
