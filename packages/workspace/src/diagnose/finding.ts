/** One line of a diagnosis. */
import { errorCode } from '@lorekeep/core';

/**
 * `'advice'`: works, but is slow, behind or unfinished. `'optional'`: absent, and nothing depends on
 * it. `'missing'`: absent or broken, and needed.
 */
export type FindingState = 'ok' | 'advice' | 'optional' | 'missing';

/** The state of one component. */
export interface Finding {
  /** The component: `'SQLite'`, `'port 7070'`. */
  name: string;
  state: FindingState;
  /** What was found, one phrase. */
  found: string;
  /** What to do about it; absent if there is nothing to do. */
  fix?: string;
}

export const reasonOf = (error: unknown): string =>
  `${errorCode(error)}: ${error instanceof Error ? error.message : String(error)}`;
