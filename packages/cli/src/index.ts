/** The library: `import { openWorkspace } from 'lorekeep'`. */

export { LorekeepError, type Progress, type ProgressEvent, type RunContext, type Warning } from '@lorekeep/core';
export type { Engine } from '@lorekeep/recommender';
export * from '@lorekeep/workspace';
