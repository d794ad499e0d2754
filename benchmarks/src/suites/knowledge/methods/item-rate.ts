/**
 * The rate of the item: positives of an item divided by its impressions, on the training rows of the
 * target, up to the start of the window. Smoothed towards the overall rate as if there were
 * `PRIOR` further impressions of each item.
 */
import type { Method, MethodContext } from '../contract.ts';
import { FIRST_SCORED } from '../real-log.ts';

const PRIOR = 10;

export const itemRate: Method = {
  name: 'item rate',
  seeded: false,
  needsStageOne: false,
  async score({ impressions, target }: MethodContext) {
    const { log } = impressions.data;
    const shown = new Float64Array(log.itemIds.length);
    const positive = new Float64Array(log.itemIds.length);
    const total = { shown: 0, positive: 0 };
    const scores: number[] = [];
    for (const [w, { rows }] of impressions.windows.entries()) {
      const overall = total.positive / Math.max(1, total.shown);
      if (w >= FIRST_SCORED)
        for (const row of rows.filter((row) => impressions.isOn(target, row))) {
          const item = log.items[row];
          scores.push((positive[item] + PRIOR * overall) / (shown[item] + PRIOR));
        }
      const training = rows.filter((row) => impressions.isTraining(target, row));
      for (const [i, label] of impressions.labels(target, training).entries()) {
        const item = log.items[training[i]];
        shown[item]++;
        total.shown++;
        positive[item] += label;
        total.positive += label;
      }
    }
    return Float32Array.from(scores);
  },
};
