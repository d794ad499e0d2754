/**
 * Logistic regression on one indicator per value: of the surface, of the ids and fields of user and
 * item, and of each pair of a user's activity and an item field. One pass of AdaGrad with a rate per
 * weight (Duchi et al., JMLR 2011), row by row, over the rows of the target.
 */
import type { Field } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import { FIRST_SCORED, type Impressions } from '../real-log.ts';

const RATE = 0.05;

export const logisticRegression: Method = {
  name: 'logistic regression',
  seeded: false,
  needsStageOne: false,
  async score({ impressions, target }: MethodContext) {
    const { featuresOf, size } = indicators(impressions);
    const weights = new Float64Array(size);
    const squares = new Float64Array(size).fill(1e-6);
    const scores: number[] = [];
    const logit = (features: readonly number[]) => features.reduce((sum, feature) => sum + weights[feature], 0);
    for (const [w, { rows }] of impressions.windows.entries()) {
      if (w >= FIRST_SCORED)
        for (const row of rows) if (impressions.isOn(target, row)) scores.push(logit(featuresOf(row)));
      const training = rows.filter((row) => impressions.isTraining(target, row));
      for (const [i, label] of impressions.labels(target, training).entries()) {
        const features = featuresOf(training[i]);
        const gradient = 1 / (1 + Math.exp(-logit(features))) - label;
        for (const feature of features) {
          squares[feature] += gradient ** 2;
          weights[feature] -= (RATE * gradient) / Math.sqrt(squares[feature]);
        }
      }
    }
    return Float32Array.from(scores);
  },
};

/** The numbers of the indicators that are 1 for a row; the first is always 1. */
function indicators({ data }: Impressions) {
  const { log, items, users } = data;
  let size = 1;
  const block = (values: number) => {
    const first = size;
    size += values;
    return first;
  };
  const codes = ({ codes, values }: Field) => {
    const first = block(values.length);
    return (entity: number) => (codes[entity] < 0 ? [] : [first + codes[entity]]);
  };
  const surface = block(log.surfaceNames.length);
  const item = block(log.itemIds.length);
  const user = block(log.userIds.length);
  const ofItem = items.map(codes);
  const ofUser = users.map(codes);
  const crossed = users.slice(0, 1).flatMap((own) =>
    items.map((other) => {
      const first = block(own.values.length * other.values.length);
      return (u: number, i: number) =>
        own.codes[u] < 0 || other.codes[i] < 0 ? [] : [first + own.codes[u] * other.values.length + other.codes[i]];
    }),
  );
  return {
    size,
    featuresOf(row: number): number[] {
      const [u, i, s] = [log.users[row], log.items[row], log.surfaces[row]];
      const features = [0, surface + s, item + i, user + u];
      for (const field of ofItem) features.push(...field(i));
      for (const field of ofUser) features.push(...field(u));
      for (const cross of crossed) features.push(...cross(u, i));
      return features;
    },
  };
}
