/** The impression log of a workspace with its entities, and the checks of what steps name of it. */
import { loadRankingData, type RankingData, type RankingTask } from '@lorekeep/ranking';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/** @throws LorekeepError `IMPRESSIONS_MISSING` */
export async function readRankingData({ store }: WorkspaceState): Promise<RankingData> {
  if ((await store.countImpressions()) === 0) throw errors.IMPRESSIONS_MISSING();
  return loadRankingData(store);
}

/** @throws LorekeepError `OUTCOME_MISSING`, `OUTCOME_UNKNOWN`, `OUTCOME_REPEATED` */
export function checkTasks({ log }: RankingData, tasks: readonly RankingTask[]): void {
  const known = outcomesByCount(log);
  if (tasks.length === 0) throw errors.OUTCOME_MISSING({ known });
  for (const { outcome, among } of tasks)
    for (const name of [outcome, ...(among === undefined ? [] : [among])])
      if (!log.outcomeNames.includes(name)) throw errors.OUTCOME_UNKNOWN({ outcome: name, known });
  const twice = tasks.find(({ outcome }, at) => tasks.findIndex((other) => other.outcome === outcome) < at);
  if (twice !== undefined) throw errors.OUTCOME_REPEATED({ outcome: twice.outcome });
}

/** @throws LorekeepError `SURFACE_UNKNOWN` */
export function checkSurfaces({ log }: RankingData, surfaces: readonly string[] = []): void {
  for (const surface of surfaces)
    if (!log.surfaceNames.includes(surface)) throw errors.SURFACE_UNKNOWN({ surface, known: log.surfaceNames });
}

/** Names of outcomes that occurred, the most frequent first. */
export function outcomesByCount(log: RankingData['log']): string[] {
  const counts = outcomeCounts(log);
  return log.outcomeNames
    .map((name, bit) => ({ name, count: counts[bit] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ name }) => name);
}

/** Impressions with each outcome. */
export function outcomeCounts(log: RankingData['log']): number[] {
  const counts = log.outcomeNames.map(() => 0);
  for (const mask of log.outcomes) for (let bit = 0; bit < counts.length; bit++) counts[bit] += (mask >>> bit) & 1;
  return counts;
}
