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
export { type Progress, type ProgressEvent, type RunContext, silent, type Warning } from './progress.ts';
export { createRandom, fillWords, type Random, type RandomState } from './random.ts';
