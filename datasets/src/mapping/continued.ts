/**
 * Exports of shops that spread one product or order over several lines and write what the lines
 * share only in the first of them.
 */
import { plainName } from './columns.ts';
import type { Layout } from './layouts.ts';

/** Fills the empty cells of a row from the row before, if the layout says that it goes on there. */
export type Continuation = (cells: string[]) => void;

/** @returns undefined if the rows of the layout stand alone */
export function createContinuation(layout: Layout | undefined, names: readonly string[]): Continuation | undefined {
  if (layout?.continued === undefined) return undefined;
  const indexOf = (name: string) => names.findIndex((other) => plainName(other) === plainName(name));
  const key = indexOf(layout.continued.key);
  const columns = layout.continued.columns.map(indexOf).filter((at) => at >= 0);
  let before: string[] | undefined;
  return (cells) => {
    if (before !== undefined && before[key] === cells[key]) {
      for (const at of columns) if (cells[at]?.trim() === '') cells[at] = before[at];
    }
    before = cells;
  };
}
