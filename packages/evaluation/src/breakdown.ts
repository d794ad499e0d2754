/**
 * Metrics by group: cases whose target is new, rare or popular, and cases with short and long
 * histories. A mean over all cases hides that content helps most where there are few events (LEARN,
 * section 4.4).
 */
import { type Metrics, metricsOfRanks } from './metrics.ts';
import { type EvaluationSet, evaluationCases, type Split, trainCounts } from './split/split.ts';

/** The metrics of some of the evaluation cases, for example of those with a short history. */
export interface Group {
  kind: 'item' | 'history';
  /**
   * By target item: `cold` has no training event, `head` is the fifth of the trained items with the
   * most events, `tail` the rest. By history: its number of events.
   */
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

/**
 * Groups without cases are left out.
 *
 * @param ranks `[cases]` in the order of `split.heldOut[set].users`
 */
export function breakdownOf(split: Split, set: EvaluationSet, ranks: Float64Array): Group[] {
  const counts = trainCounts(split);
  const headFrom = headThreshold(counts);
  const popularity = (target: number) => {
    if (counts[target] === 0) return 'cold';
    return counts[target] >= headFrom ? 'head' : 'tail';
  };
  const length = ({ length: events }: Int32Array) => HISTORY_GROUPS.find(([, longest]) => events <= longest)![0];
  const cases = evaluationCases(split, set);
  const group = (kind: Group['kind'], names: string[], nameOf: (index: number) => string): Group[] =>
    names.flatMap((name) => {
      const own = ranks.filter((_, index) => nameOf(index) === name);
      return own.length === 0 ? [] : [{ kind, name, metrics: metricsOfRanks(own) }];
    });
  return [
    ...group('item', ['cold', 'tail', 'head'], (index) => popularity(cases[index].target)),
    ...group(
      'history',
      HISTORY_GROUPS.map(([name]) => name),
      (index) => length(cases[index].history),
    ),
  ];
}

/** The smallest number of training events of a head item. */
function headThreshold(counts: Uint32Array): number {
  const trained = counts.filter((count) => count > 0).sort();
  const head = Math.max(1, Math.round(HEAD_SHARE * trained.length));
  return trained.length === 0 ? 1 : trained[trained.length - head];
}
