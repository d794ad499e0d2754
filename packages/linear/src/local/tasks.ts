/** The tasks of a thread of the local solver, and their messages. */
import type { GramSettings } from '../solve/gram.ts';
import type { Cells } from './nearest-texts.ts';
import type { Columns, SharedData, TextNeighbours } from './shared-data.ts';

/** Data that the following tasks use; it replaces what was sent before. */
export type Stage =
  | { kind: 'count'; data: Pick<SharedData, 'log' | 'counts'>; limit: number }
  | {
      kind: 'assign';
      data: Required<Pick<SharedData, 'texts'>>;
      centres: Float32Array;
      cells: Int32Array;
      rows?: Int32Array;
    }
  | { kind: 'nearest'; data: Required<Pick<SharedData, 'texts'>>; cells: Cells; into: TextNeighbours }
  | { kind: 'solve'; data: SharedData; settings: GramSettings; rows?: Int32Array; into: Columns };

/** Rows `first` to `last` − 1 of the stage: items, cells, or positions in `rows`. */
export interface Task {
  first: number;
  last: number;
}

export type Request = { stage: Stage } | { task: Task };

/** The answer to a task. */
export interface Answer {
  /** `notDefinite` are the details of a `LINEAR_NOT_DEFINITE`. */
  error?: { message: string; notDefinite?: { row: number; pivot: number } };
}
