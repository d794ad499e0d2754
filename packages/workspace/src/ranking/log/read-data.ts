/** The impression log of a workspace with its entities, and the checks of what steps name of it. */
import {
  loadEntities,
  loadRankingData,
  type RankingData,
  type RankingEntities,
  type RankingTask,
} from '@lorekeep/ranking';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { type SpooledLog, spoolLog } from './spooled-log.ts';

/** The log on disk, and the entities that it names. */
export interface LoggedData extends RankingEntities {
  log: SpooledLog;
}

/**
 * Reads the log, runs `use`, and removes what lies on disk.
 * @throws LorekeepError `IMPRESSIONS_MISSING`, `DISK_FULL`, `PATH_…`
 */
export async function withLog<T>({ store }: WorkspaceState, use: (data: LoggedData) => Promise<T>): Promise<T> {
  if ((await store.countImpressions()) === 0) throw errors.IMPRESSIONS_MISSING();
  const log = await spoolLog(store);
  try {
    return await use({ log, ...(await loadEntities(store, log)) });
  } finally {
    await log.close();
  }
}

/**
 * The whole log in memory.
 * @throws LorekeepError `IMPRESSIONS_MISSING`
 */
export async function readRankingData({ store }: WorkspaceState): Promise<RankingData> {
  if ((await store.countImpressions()) === 0) throw errors.IMPRESSIONS_MISSING();
  return loadRankingData(store);
}

/** What the checks read of a log. */
export type NamedLog = Pick<SpooledLog, 'outcomeNames' | 'outcomeCounts' | 'surfaceNames'>;

/** @throws LorekeepError `OUTCOME_MISSING`, `OUTCOME_UNKNOWN`, `OUTCOME_REPEATED` */
export function checkTasks(log: NamedLog, tasks: readonly RankingTask[]): void {
  const known = outcomesByCount(log);
  if (tasks.length === 0) throw errors.OUTCOME_MISSING({ known });
  for (const { outcome, among } of tasks)
    for (const name of [outcome, ...(among === undefined ? [] : [among])])
      if (!log.outcomeNames.includes(name)) throw errors.OUTCOME_UNKNOWN({ outcome: name, known });
  const twice = tasks.find(({ outcome }, at) => tasks.findIndex((other) => other.outcome === outcome) < at);
  if (twice !== undefined) throw errors.OUTCOME_REPEATED({ outcome: twice.outcome });
}

/** @throws LorekeepError `SURFACE_UNKNOWN` */
export function checkSurfaces(
  { surfaceNames }: Pick<NamedLog, 'surfaceNames'>,
  surfaces: readonly string[] = [],
): void {
  for (const surface of surfaces)
    if (!surfaceNames.includes(surface)) throw errors.SURFACE_UNKNOWN({ surface, known: surfaceNames });
}

/** Names of outcomes that occurred, the most frequent first. */
export function outcomesByCount({ outcomeNames, outcomeCounts }: NamedLog): string[] {
  return outcomeNames
    .map((name, bit) => ({ name, count: outcomeCounts[bit] }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .map(({ name }) => name);
}

/** Impressions with each outcome. */
export function outcomeCounts({ outcomeNames, outcomes }: RankingData['log']): number[] {
  const counts = outcomeNames.map(() => 0);
  for (const mask of outcomes) for (let bit = 0; bit < counts.length; bit++) counts[bit] += (mask >>> bit) & 1;
  return counts;
}
