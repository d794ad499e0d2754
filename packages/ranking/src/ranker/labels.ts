/** Labels of rows, and which rows count for which task. */
import type { ImpressionColumns } from '@lorekeep/store';
import type { RankingEntities } from '../data/ranking-data.ts';
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
  /** Per task, the names of the surfaces that it has noted; `null` for impressions without surface. */
  state(): (string | null)[][];
}

/**
 * @param known what `state` of an earlier labeller returned. A task that it has noted may be absent from
 *   `names`: after a deletion the log has no such outcome any more, and no row counts for the task.
 * @throws LorekeepError `RANKING_TASK_UNKNOWN`
 */
export function createLabeller(
  tasks: readonly RankingTask[],
  names: Pick<RankingEntities['names'], 'outcomeNames' | 'surfaceNames'>,
  known: readonly (readonly (string | null)[])[] = [],
): Labeller {
  const bitOf = (outcome: string, task: number) => {
    const bit = names.outcomeNames.indexOf(outcome);
    const wasThere = (known[task]?.length ?? 0) > 0;
    if (bit < 0 && !wasThere) throw errors.RANKING_TASK_UNKNOWN({ outcome, known: names.outcomeNames });
    return bit;
  };
  const bits = tasks.map(({ outcome }, t) => bitOf(outcome, t));
  const among = tasks.map((task, t) => (task.among === undefined ? undefined : bitOf(task.among, t)));
  // Names, because the numbers of surfaces differ from log to log.
  const surfaces = tasks.map((_, t) => new Set<string | null>(known[t]));
  const surfaceOf = (columns: ImpressionColumns, row: number) => names.surfaceNames[columns.surfaces[row]] ?? null;
  const has = (columns: ImpressionColumns, row: number, bit: number) =>
    bit < 0 ? 0 : (columns.outcomes[row] >>> bit) & 1;
  return {
    learn(columns, rows) {
      for (const row of rows)
        for (const [t, bit] of bits.entries())
          if (has(columns, row, bit) === 1) surfaces[t].add(surfaceOf(columns, row));
    },
    read(columns, rows, size) {
      const labels = new Float32Array(size * tasks.length);
      const weights = new Float32Array(size * tasks.length);
      for (let i = 0; i < rows.length; i++)
        for (let t = 0; t < tasks.length; t++) {
          const row = rows[i];
          labels[i * tasks.length + t] = has(columns, row, bits[t]);
          const only = among[t];
          const counts =
            bits[t] >= 0 &&
            surfaces[t].has(surfaceOf(columns, row)) &&
            (only === undefined || has(columns, row, only) === 1);
          weights[i * tasks.length + t] = counts ? 1 : 0;
        }
      return { labels, weights };
    },
    state: () => surfaces.map((own) => [...own]),
  };
}
