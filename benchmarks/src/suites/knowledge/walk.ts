/** A ranker on its way through the frozen windows: it scores a window, then trains on it in one pass. */
import {
  createBehaviours,
  createImpressionRanker,
  type ImpressionRanker,
  openImpressionRanker,
  type PlugOptions,
  type RankerOptions,
  type RankerState,
  type RowKnowledge,
  recordRows,
} from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';
import type { MethodContext } from './contract.ts';
import { FIRST_SCORED } from './real-log.ts';
import { LENGTH, rankerSettings } from './settings.ts';

/** How a method differs from the base ranker. */
export interface WalkOptions {
  /** The ranker at the start of a window, which replaces a new one. */
  start?: { state: RankerState; window: number };
  /** The last window that is scored. Default: the last one. */
  last?: number;
  /** Options of a new ranker. */
  ranker?: Partial<RankerOptions>;
  /** What the ranker reads. Default: the log, with the outcomes that it has. */
  columns?: ImpressionColumns;
  outcomeNames?: readonly string[];
  /** Whether the ranker trains on a row. Default: on the rows of the target. */
  trains?: (row: number) => boolean;
  /** Plug-ins, all of which get knowledge. Default: none. */
  plugs?: readonly PlugOptions[];
  knowledge?: (rows: Int32Array, window: number) => Record<string, RowKnowledge>;
  /** The logit of a row. Default: of the first task. */
  logit?: (logits: Float32Array, at: number, row: number) => number;
}

/** @returns one score for each scored row of the target, up to the last window */
export async function walk(context: MethodContext, options: WalkOptions = {}): Promise<Float32Array> {
  const { impressions, target, seed } = context;
  const { data } = impressions;
  const behaviours = createBehaviours(LENGTH);
  const names = { ...data.names, outcomeNames: options.outcomeNames ?? data.names.outcomeNames };
  const reads = { entities: { ...data, names }, behaviours };
  const ranker =
    options.start !== undefined
      ? await openImpressionRanker({ ...reads, state: options.start.state })
      : await createImpressionRanker({
          ...reads,
          tasks: [{ outcome: target.outcome }],
          ...rankerSettings(target),
          ...options.ranker,
          seed,
        });
  try {
    for (const plug of options.plugs ?? []) await ranker.plug(plug);
    recordRows(behaviours, data.log, impressions.history);
    return await throughWindows(context, ranker, options, (rows) => recordRows(behaviours, data.log, rows));
  } finally {
    await ranker.close();
  }
}

async function throughWindows(
  { impressions, target }: MethodContext,
  ranker: ImpressionRanker,
  options: WalkOptions,
  record: (rows: Int32Array) => void,
): Promise<Float32Array> {
  const { knowledge = () => ({}), columns = impressions.data.log } = options;
  const { trains = (row: number) => impressions.isTraining(target, row) } = options;
  const { logit = (logits: Float32Array, at: number) => logits[at * ranker.tasks.length] } = options;
  const { start, last = impressions.windows.length - 1 } = options;
  const scores: number[] = [];
  for (const [w, window] of impressions.windows.slice(0, last + 1).entries()) {
    if (start !== undefined && w < start.window) {
      record(window.rows);
      continue;
    }
    if (w >= FIRST_SCORED && w !== start?.window) {
      const rows = window.rows.filter((row) => impressions.isOn(target, row));
      const { logits } = await ranker.score({ columns, rows, knowledge: knowledge(rows, w) });
      for (const [at, row] of rows.entries()) scores.push(logit(logits, at, row));
    }
    for (const day of w === last ? [] : window.days) {
      const rows = day.filter(trains);
      await ranker.train({ columns, rows, knowledge: knowledge(rows, w) });
    }
    record(window.rows);
  }
  return Float32Array.from(scores);
}
