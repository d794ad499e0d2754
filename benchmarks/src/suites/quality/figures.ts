/** The figures of a run of `quality`, from its rows. */
import { type Group, type MetricName, TEXT_BASELINES } from '@lorekeep/evaluation';
import type { PeerRow, Row } from './rows.ts';

/**
 * Means over seeds, and the number of sets on which every row is better than the linear model: the
 * interval of its NDCG@10 difference is above zero.
 */
export function figuresOf(rows: Row[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const set of new Set(rows.map((row) => row.set))) {
    for (const preset of new Set(rows.map((row) => row.preset))) {
      const own = rows.filter((row) => row.set === set && row.preset === preset);
      const mean = (metric: MetricName) => own.reduce((sum, { test }) => sum + test[metric], 0) / own.length;
      figures[`${set}_${preset}_recall_at_10`] = mean('recall@10');
      figures[`${set}_${preset}_ndcg_at_10`] = mean('ndcg@10');
      addNewItems(figures, `${set}_${preset}`, own);
    }
  }
  const sets = new Map<string, boolean>();
  for (const { set, differences } of rows) {
    if (differences === undefined) continue;
    sets.set(set, (sets.get(set) ?? true) && differences['ndcg@10'].interval[0] > 0);
  }
  figures.sets_better_than_linear = [...sets.values()].filter(Boolean).length;
  figures.sets = sets.size;
  return figures;
}

/** NDCG@10 over the cases whose target is new, beside that of the best text baseline on them. */
function addNewItems(figures: Record<string, number>, name: string, rows: readonly Row[]): void {
  const ofNew = (groups: readonly Group[] = []) =>
    groups.find(({ name: group }) => group === 'cold')?.metrics['ndcg@10'];
  const own = rows.flatMap(({ breakdown }) => ofNew(breakdown) ?? []);
  const text = rows.flatMap(({ baselineBreakdown = {} }) => {
    const found = TEXT_BASELINES.flatMap((baseline) => ofNew(baselineBreakdown[baseline]) ?? []);
    return found.length === 0 ? [] : [Math.max(...found)];
  });
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  if (own.length > 0) figures[`${name}_new_items_ndcg_at_10`] = mean(own);
  if (text.length > 0) figures[`${name}_new_items_text_ndcg_at_10`] = mean(text);
}

export function peerFiguresOf(rows: PeerRow[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { set, peer, test_recall, test_ndcg, seconds_to_best } of rows) {
    figures[`${set}_${peer}_recall_at_10`] = test_recall;
    figures[`${set}_${peer}_ndcg_at_10`] = test_ndcg;
    figures[`${set}_${peer}_seconds_to_best`] = seconds_to_best;
  }
  return figures;
}
