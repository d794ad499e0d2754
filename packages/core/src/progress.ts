/**
 * How long-running work reports to its caller. Packages emit plain events and warnings; the program
 * at the top decides how to show them (a progress bar, JSON lines, not at all). A long loop also
 * takes an `AbortSignal` and stops at its next safe point.
 */

/** How far one stage of the work is. */
export interface ProgressEvent {
  /** The stage's stable name: `'import'`, `'encode'`, `'train'`, … */
  stage: string;
  /** Units finished so far, including those of an earlier, interrupted run. */
  done: number;
  /** Total number of units; absent if it is not known beforehand. */
  total?: number;
  /** What is counted, plural: `'items'`, `'events'`, `'steps'`. */
  unit: string;
  /** One short line for people: the loss, the epoch, the file. */
  note?: string;
}

/** Called with each progress event. */
export type Progress = (event: ProgressEvent) => void;

export const noProgress: Progress = () => {};

/** Something the caller should know although the work goes on. */
export interface Warning {
  /** Stable, upper case: `'ENCODER_FALLBACK'`. */
  code: string;
  /** What happened and what it means, one or more complete sentences. */
  message: string;
}

/** What every long-running function takes beside its own options. */
export interface RunContext {
  /** Default: progress is not reported. */
  progress?: Progress;
  /** Default: warnings are dropped. */
  warn?: (warning: Warning) => void;
  /**
   * Stop at the next safe point; the function then rejects with `signal.reason` and leaves
   * resumable state.
   */
  signal?: AbortSignal;
}
