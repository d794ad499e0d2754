/**
 * How long-running functions report progress. They call a function with plain events; the program
 * decides what becomes of the events (a terminal bar, JSON lines, nothing). A long-running function
 * also takes an `AbortSignal` and stops at its next safe point.
 */

export interface ProgressEvent {
  /** The stage's stable name: `'import'`, `'encode'`, `'train'`, … */
  stage: string;
  /** Units finished so far, including those finished before a resume. */
  done: number;
  /** Total number of units; absent if it is unknown beforehand. */
  total?: number;
  /** The unit in the plural: `'items'`, `'events'`, `'steps'`. */
  unit: string;
  /** A short line for people: the loss, the epoch, the file. */
  note?: string;
}

export type Progress = (event: ProgressEvent) => void;

/** Ignores all progress. */
export const silent: Progress = () => {};

/** What every long-running function takes in addition to its own options. */
export interface RunContext {
  /** Default: progress is not reported. */
  progress?: Progress;
  /**
   * If it is aborted, the function stops at its next safe point, leaves resumable state and rejects
   * with `signal.reason`.
   */
  signal?: AbortSignal;
}
