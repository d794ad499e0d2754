export { type ErrorKind, errorCode, LorekeepError, type LorekeepErrorOptions } from './errors.ts';
export { sha256, sha256OfFile, writeDirectoryAtomic, writeFileAtomic } from './files.ts';
export { type Progress, type ProgressEvent, type RunContext, silent } from './progress.ts';
export { createRandom, fillWords, type Random, type RandomState } from './random.ts';
