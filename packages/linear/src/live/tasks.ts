/** The messages between a served model and the thread that solves its columns. */
import type { UserChange } from './live-rows.ts';
import type { LiveColumn, LiveModel } from './live-solver.ts';

export type LiveRequest =
  | { kind: 'open'; model: LiveModel; regressors?: number }
  | { kind: 'texts'; rows: Int32Array; content: Float32Array }
  | { kind: 'count'; changes: readonly UserChange[] }
  | { kind: 'solve'; rows: readonly number[] }
  | { kind: 'outdated' };

/** The answers come in the order of the requests. */
export interface LiveAnswer {
  error?: { message: string };
  columns?: LiveColumn[];
  rows?: number[];
}
