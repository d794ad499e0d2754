/**
 * When a job runs next. The time counts from the start of its last run, or from when it was added. A
 * time that passed while no scheduler ran is made up for once.
 */
import type { JobRun } from '../records/answers.ts';
import type { JobSettings } from '../settings.ts';
import { nextTime } from './cron.ts';

export interface DueInput {
  settings: Pick<JobSettings, 'enabled' | 'every' | 'cron' | 'timeZone' | 'afterEvents'>;
  /** When the job was added or changed, in Unix seconds, and how many events there were. */
  added: { at: number; events: number };
  /** Runs of the job, newest first. */
  runs: readonly Pick<JobRun, 'state' | 'startedAt' | 'events'>[];
}

export interface Next {
  /** Unix seconds. Absent without `every` and `cron`. */
  at?: number;
  /** Number of events in the store. Absent without `afterEvents`. */
  events?: number;
}

/**
 * What the next run waits for: whichever comes first. A run that was interrupted, for example because
 * the machine was restarted, is repeated at once; if its repetition is interrupted too, the next
 * one waits for its time, so that a job that takes the machine down does not do so again and again.
 */
export function nextOf({ settings, added, runs }: DueInput): Next {
  const { enabled, every, cron, timeZone, afterEvents } = settings;
  if (!enabled) return {};
  const [last, before] = runs;
  const isRepeated = last?.state === 'interrupted' && before?.state !== 'interrupted';
  const counts = isRepeated ? runs[1] : last;
  // A definition that was changed after the last run counts from its change.
  const since =
    counts === undefined || counts.startedAt < added.at ? added : { at: counts.startedAt, events: counts.events };
  if (isRepeated && last.startedAt >= added.at && (every ?? cron ?? afterEvents) !== undefined)
    return { at: last.startedAt };
  const at =
    every !== undefined ? since.at + every : cron === undefined ? undefined : nextTime(cron, timeZone, since.at);
  return {
    ...(at === undefined ? {} : { at }),
    ...(afterEvents === undefined ? {} : { events: since.events + afterEvents }),
  };
}

/** What starts a run now: `undefined` if nothing does. */
export function triggerOf(next: Next, now: { at: number; events: number }): 'schedule' | 'events' | undefined {
  if (next.at !== undefined && now.at >= next.at) return 'schedule';
  if (next.events !== undefined && now.events >= next.events) return 'events';
  return undefined;
}
