/**
 * Where a model is good: its metrics on the cases whose target is new, rare or popular, and on those with short and long
 * histories. A mean over all of them hides that content helps most where behaviour knows least (LEARN, section 4.4).
 */

import type { Metrics } from './metrics.ts';
import { metricsOfRanks } from './metrics.ts';
import type { EvaluationSet } from './split.ts';
import { evaluationCases, type Split, trainCounts } from './split.ts';

export interface Group {
  kind: 'item' | 'history';
  /** `cold`: no training event; `head`: the fifth of the trained items with most; `tail`: the rest. Histories by number of events. */
  name: string;
  metrics: Metrics;
}

const HEAD_SHARE = 0.2;
const HISTORY_GROUPS: [name: string, longest: number][] = [
  ['1–4', 4],
  ['5–9', 9],
  ['10–19', 19],
  ['20 and more', Number.POSITIVE_INFINITY],
];

/** @param ranks `[cases]` in the order of `split.heldOut[set].users`; groups without cases are left out */
export function breakdownOf(split: Split, set: EvaluationSet, ranks: Float64Array): Group[] {
  const counts = trainCounts(split);
  const headFrom = headThreshold(counts);
  const popularity = (target: number) => {
    if (counts[target] === 0) return 'cold';
    return counts[target] >= headFrom ? 'head' : 'tail';
  };
  const length = ({ length: events }: Int32Array) => HISTORY_GROUPS.find(([, longest]) => events <= longest)![0];
  const asked = evaluationCases(split, set);
  const group = (kind: Group['kind'], names: string[], nameOf: (question: number) => string): Group[] =>
    names.flatMap((name) => {
      const own = ranks.filter((_, question) => nameOf(question) === name);
      return own.length === 0 ? [] : [{ kind, name, metrics: metricsOfRanks(own) }];
    });
  return [
    ...group('item', ['cold', 'tail', 'head'], (question) => popularity(asked[question].target)),
    ...group(
      'history',
      HISTORY_GROUPS.map(([name]) => name),
      (question) => length(asked[question].history),
    ),
  ];
}

/** The least number of training events of an item of the head. */
function headThreshold(counts: Uint32Array): number {
  const trained = counts.filter((count) => count > 0).sort();
  const head = Math.max(1, Math.round(HEAD_SHARE * trained.length));
  return trained.length === 0 ? 1 : trained[trained.length - head];
}
