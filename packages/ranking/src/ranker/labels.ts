/** Labels of rows, and which rows count for which task. */
import type { ImpressionColumns } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { RankingTask } from './config.ts';

export interface Labeller {
  /**
   * Notes on which surfaces each outcome occurs. On a surface where an outcome was never recorded,
   * "not clicked" would mean "not measured", so its rows do not count for that task.
   */
  learn(columns: ImpressionColumns, rows: Int32Array): void;
  /** @returns `labels` and `weights`, both `[size, tasks]`; a weight of 0 means that the row does not count */
  read(columns: ImpressionColumns, rows: Int32Array, size: number): { labels: Float32Array; weights: Float32Array };
}

/** @throws LorekeepError `RANKING_TASK_UNKNOWN` */
export function createLabeller(tasks: readonly RankingTask[], outcomeNames: readonly string[]): Labeller {
  const bitOf = (outcome: string) => {
    const bit = outcomeNames.indexOf(outcome);
    if (bit < 0) throw errors.RANKING_TASK_UNKNOWN({ outcome, known: outcomeNames });
    return bit;
  };
  const bits = tasks.map(({ outcome }) => bitOf(outcome));
  const among = tasks.map((task) => (task.among === undefined ? -1 : bitOf(task.among)));
  const surfaces = tasks.map(() => new Set<number>());
  const has = (columns: ImpressionColumns, row: number, bit: number) => (columns.outcomes[row] >>> bit) & 1;
  return {
    learn(columns, rows) {
      for (const row of rows)
        for (const [t, bit] of bits.entries()) if (has(columns, row, bit) === 1) surfaces[t].add(columns.surfaces[row]);
    },
    read(columns, rows, size) {
      const labels = new Float32Array(size * tasks.length);
      const weights = new Float32Array(size * tasks.length);
      for (let i = 0; i < rows.length; i++)
        for (let t = 0; t < tasks.length; t++) {
          const row = rows[i];
          labels[i * tasks.length + t] = has(columns, row, bits[t]);
          const counts = surfaces[t].has(columns.surfaces[row]) && (among[t] < 0 || has(columns, row, among[t]) === 1);
          weights[i * tasks.length + t] = counts ? 1 : 0;
        }
      return { labels, weights };
    },
  };
}
