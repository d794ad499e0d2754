/**
 * Stage one: a ranker over the super-domain, which answers for each row before it trains on it. It
 * trains on the history in parts, in the order of each user's rows, then window by window on the rows
 * of all surfaces. What it says about the rows of a window was learned before that window.
 */
import { createBehaviours, createImpressionRanker, partsByUser, type RankerState, recordRows } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import { OUTCOMES } from '../target.ts';

export const STAGE_ONE = { hidden: [128], taskHidden: [64], towers: 32, batch: 512, learningRate: 1e-3, maxRows: 2 ** 20 };
/** Rows of a user's history per part. */
const PART = 10;

/** Numbers of each row of the windows; the first row is `impressions.firstRow`. */
export interface StageOne {
  seed: number;
  /** `[rows, outcomes]` */
  logits: Float32Array;
  /** `[rows, outcomes]` by the two towers: what a service can cache by user and by item. */
  towerLogits: Float32Array;
  /** One per outcome: `[rows, hiddenUnits]`. */
  hidden: Float32Array[];
  hiddenUnits: number;
  /** `[windows]` the newest impression that the answers for a window have learned from. */
  seenUntil: Float64Array;
  /** `[windows]` the ranker as it is at the start of each window. */
  states: RankerState[];
}

export async function trainStageOne(impressions: Impressions, seed: number): Promise<StageOne> {
  const { data, history, windows, firstRow, windowRows } = impressions;
  const { log } = data;
  const behaviours = createBehaviours(LENGTH);
  const tasks = OUTCOMES.map((outcome) => ({ outcome }));
  const ranker = await createImpressionRanker({ entities: data, behaviours, tasks, ...STAGE_ONE, seed });
  const hiddenUnits = STAGE_ONE.taskHidden[0];
  const found: StageOne = {
    seed,
    logits: new Float32Array(windowRows * tasks.length),
    towerLogits: new Float32Array(windowRows * tasks.length),
    hidden: tasks.map(() => new Float32Array(windowRows * hiddenUnits)),
    hiddenUnits,
    seenUntil: new Float64Array(windows.length),
    states: [],
  };
  try {
    for (const rows of partsByUser(log, history, PART)) {
      await ranker.train({ columns: log, rows });
      recordRows(behaviours, log, rows);
    }
    for (const [w, { rows, days }] of windows.entries()) {
      found.seenUntil[w] = ranker.seenUntil;
      found.states.push(ranker.state());
      const {
        logits,
        hidden = [],
        towerLogits,
      } = await ranker.score({ columns: log, rows }, { hidden: true, towers: true });
      const first = rows[0] - firstRow;
      found.logits.set(logits, first * tasks.length);
      found.towerLogits.set(towerLogits as Float32Array, first * tasks.length);
      for (const [t, values] of hidden.entries()) found.hidden[t].set(values, first * hiddenUnits);
      for (const day of days) await ranker.train({ columns: log, rows: day });
      recordRows(behaviours, log, rows);
    }
  } finally {
    await ranker.close();
  }
  return found;
}
