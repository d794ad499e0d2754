/**
 * Target statistics as knowledge: for the item, its author and its tag, the smoothed log-odds of each
 * outcome and the logarithm of the number of impressions, over the rows of all surfaces and the history
 * up to the start of the window. Counts decay from window to window. The base ranker gets them through
 * the plug-in of KEEP, so the difference to KEEP is what a network adds to counts.
 */
import type { Field, RowKnowledge } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import type { Impressions } from '../real-log.ts';
import { OUTCOMES } from '../target.ts';
import { walk } from '../walk.ts';

const FIELDS = ['author_id', 'tag'];
const DECAY = 0.8;
const PRIOR = 20;
const PER_FIELD = OUTCOMES.length + 1;

export const targetStatistics: Method = {
  name: 'KEEP target statistics',
  seeded: true,
  needsStageOne: false,
  score(context: MethodContext) {
    const { impressions, target } = context;
    const { width, knowledge } = statistics(impressions);
    const plug = { name: 'statistics', width, layer: `${target.outcome}/out` };
    return walk(context, {
      plugs: [plug],
      knowledge: (rows, window) => ({ statistics: knowledge(rows, window) }),
    });
  },
};

/** Counts of one field: for each code, rows and positives of each outcome. */
interface Counts {
  codeOf: (item: number) => number;
  rows: Float64Array[];
  positives: Float64Array[];
}

/** Knowledge of a window is made of the rows before it. Windows are asked for in their order. */
function statistics({ data, history, windows }: Impressions) {
  const { log } = data;
  const field = (name: string) => data.items.find((own) => own.name === name) as Field;
  const counts = [
    countsOf((item) => item, log.itemIds.length),
    ...FIELDS.map((name) => countsOf((item) => field(name).codes[item], field(name).values.length)),
  ];
  const totals = OUTCOMES.map(() => ({ rows: 0, positives: 0 }));
  let seenUntil = Number.NEGATIVE_INFINITY;
  let next = 0;
  add(history);

  function add(rows: Int32Array): void {
    for (const row of rows) {
      seenUntil = Math.max(seenUntil, log.timestamps[row]);
      for (const [t, outcome] of OUTCOMES.entries()) {
        // The history has no clicks.
        if (outcome === 'click' && log.surfaces[row] < 0) continue;
        const positive = (log.outcomes[row] >>> log.outcomeNames.indexOf(outcome)) & 1;
        totals[t].rows++;
        totals[t].positives += positive;
        for (const { codeOf, rows: all, positives } of counts) {
          const code = codeOf(log.items[row]);
          if (code < 0) continue;
          all[t][code]++;
          positives[t][code] += positive;
        }
      }
    }
  }

  function moveTo(window: number): void {
    for (; next < window; next++) {
      for (const { rows, positives } of counts)
        for (const column of [...rows, ...positives]) for (let i = 0; i < column.length; i++) column[i] *= DECAY;
      add(windows[next].rows);
    }
  }

  const width = counts.length * PER_FIELD;
  return {
    width,
    knowledge(rows: Int32Array, window: number): RowKnowledge {
      moveTo(window);
      const values = new Float32Array(rows.length * width);
      for (const [i, row] of rows.entries())
        for (const [f, { codeOf, rows: all, positives }] of counts.entries()) {
          const code = codeOf(log.items[row]);
          const at = i * width + f * PER_FIELD;
          for (const t of OUTCOMES.keys()) {
            const overall = (totals[t].positives + 1) / (totals[t].rows + 2);
            const shown = code < 0 ? 0 : all[t][code];
            const rate = ((code < 0 ? 0 : positives[t][code]) + PRIOR * overall) / (shown + PRIOR);
            values[at + t] = Math.log(rate / (1 - rate)) - Math.log(overall / (1 - overall));
          }
          values[at + OUTCOMES.length] = Math.log1p(code < 0 ? 0 : all[OUTCOMES.length - 1][code]) / 5;
        }
      return { width, values, present: new Uint8Array(rows.length).fill(1), seenUntil };
    },
  };
}

const countsOf = (codeOf: (item: number) => number, codes: number): Counts => ({
  codeOf,
  rows: OUTCOMES.map(() => new Float64Array(codes)),
  positives: OUTCOMES.map(() => new Float64Array(codes)),
});
