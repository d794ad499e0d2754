/**
 * Stage one: a ranker over the super-domain, which answers for each row before it trains on it. It
 * trains on the history, then window by window on the rows of all surfaces. What it says about the
 * rows of a window was learned before that window.
 */
import { createSuperDomain, progressiveWindows, SUPER_DOMAIN_DEFAULTS } from '@lorekeep/knowledge';
import type { RankerState } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import { OUTCOMES } from '../target.ts';

export const STAGE_ONE = { ...SUPER_DOMAIN_DEFAULTS, maxRows: 2 ** 20 };

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
  const { data, windows, firstRow, windowRows } = impressions;
  const { log } = data;
  const tasks = OUTCOMES.map((outcome) => ({ outcome }));
  const model = await createSuperDomain({ ...STAGE_ONE, entities: data, length: LENGTH, tasks, seed });
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
    for await (const { index, rows, seenUntil } of progressiveWindows(model, log, impressions)) {
      found.seenUntil[index] = seenUntil;
      found.states.push(model.ranker.state());
      const wanted = { hidden: true, towers: true };
      const { logits, hidden = [], towerLogits } = await model.ranker.score({ columns: log, rows }, wanted);
      const first = rows[0] - firstRow;
      found.logits.set(logits, first * tasks.length);
      found.towerLogits.set(towerLogits as Float32Array, first * tasks.length);
      for (const [t, values] of hidden.entries()) found.hidden[t].set(values, first * hiddenUnits);
    }
  } finally {
    await model.close();
  }
  return found;
}
