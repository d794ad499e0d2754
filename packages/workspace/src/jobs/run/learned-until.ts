/** The newest event that a trained version can have learned from. */
import type { BundleManifest } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import type { JobRun } from '../records/answers.ts';

/**
 * A run of a job records it. For other versions it is the time of the n-th event, if the training had n
 * events: logs grow at their end. Of an event that claims to be later than the training, it says
 * nothing.
 */
export function learnedUntil(
  { version, data, createdAt }: Pick<BundleManifest, 'version' | 'data' | 'createdAt'>,
  log: InteractionLog,
  runs: readonly JobRun[],
): number {
  const recorded = runs.find(({ model }) => model === version)?.learnedUntil;
  if (recorded !== undefined) return recorded;
  if (log.timestamps.length === 0) return createdAt;
  const sorted = log.timestamps.slice().sort();
  return Math.min(createdAt, sorted[Math.min(sorted.length, data.events) - 1] ?? createdAt);
}

/** Of a version that is trained now on this log. */
export function newestTime({ timestamps }: InteractionLog, now: number): number {
  let newest = -Infinity;
  for (const time of timestamps) if (time <= now && time > newest) newest = time;
  return newest === -Infinity ? now : newest;
}
