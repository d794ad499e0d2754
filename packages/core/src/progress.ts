/**
 * How long work tells where it is. Rooms report plain events; who listens (a terminal bar, JSON lines, nobody) is
 * decided at the top. A long loop also takes an `AbortSignal` and stops at its next safe point.
 */

export interface ProgressEvent {
  /** The stage's stable name: `'import'`, `'encode'`, `'train'`, … */
  stage: string;
  /** Units finished so far, resumed ones included. */
  done: number;
  /** Units in all; absent where it cannot be known beforehand. */
  total?: number;
  /** What is counted, plural: `'items'`, `'events'`, `'steps'`. */
  unit: string;
  /** One short line for people: the loss, the epoch, the file. */
  note?: string;
}

export type Progress = (event: ProgressEvent) => void;

export const silent: Progress = () => {};

/** What every long-running function of the house takes beside its own options. */
export interface RunContext {
  /** Default: nobody listens. */
  progress?: Progress;
  /** Stop at the next safe point; the function then rejects with `signal.reason` and leaves resumable state. */
  signal?: AbortSignal;
}
