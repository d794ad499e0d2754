export { moveCentres } from './arrays/centres.ts';
export { centredContent, contentErrors, contentMean } from './arrays/content-vectors.ts';
export type { RowOf, TrainedRow } from './arrays/rows.ts';
export { firstOfEachRow, renumberedRows, type SparseRows, transposedRows } from './arrays/sparse-rows.ts';
export { createTopK, type TopK } from './arrays/top-k.ts';
export { dot, gatherRows } from './arrays/vectors.ts';
export {
  type ArtefactFolder,
  checksumsOf,
  currentVersion,
  type DamagedFile,
  findDamage,
  isVersionName,
  newVersion,
  pruneVersions,
  setCurrentVersion,
  versionsIn,
} from './artefacts.ts';
export { counted } from './counted.ts';
export {
  defineErrors,
  definitionsOf,
  type ErrorDefinition,
  type ErrorFactory,
  type ErrorKind,
  type ErrorTable,
  errorCode,
  failure,
  LorekeepError,
  type LorekeepErrorOptions,
  usage,
} from './errors.ts';
export { sha256, sha256OfFile, writeDirectoryAtomic, writeFileAtomic } from './files.ts';
export { withOptionalPackage } from './optional-package.ts';
export {
  type Configuration,
  defaultsOf,
  flag,
  type Option,
  type OptionGroups,
  type Overrides,
  oneOf,
  optionErrors,
  real,
  whole,
  withOverrides,
} from './options.ts';
export { noProgress, type Progress, type ProgressEvent, type RunContext, type Warning } from './progress.ts';
export { createRandom, fillWords, type Random, type RandomState } from './random.ts';
export { observeStages, STAGES, type Stage, type StageObserver, stage } from './stages.ts';
export { checkNodeVersion, isNodeRecent, MIN_NODE, systemError, systemErrors } from './system-errors.ts';
export {
  EARLIEST_TIME,
  EXCEL_DAYS,
  EXCEL_EPOCH_DAY,
  latestTime,
  MAX_ORDINAL,
  UNIT_NAMES,
  UNITS_PER_SECOND,
  unitOf,
} from './time/time-range.ts';
export { DATE_ORDERS, type DateOrder, parseTimeText, type TextTime } from './time/time-text.ts';
export { numberOf, readTimestamp, type TimeOrProblem } from './time/timestamp.ts';
export { endWorker, onRequests } from './worker-threads.ts';
