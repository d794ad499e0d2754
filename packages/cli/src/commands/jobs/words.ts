/** Jobs and runs in words. */
import { counted } from '@lorekeep/core';
import type { JobRun, JobSettings, JobStatus } from '@lorekeep/workspace';
import { duration } from '../../terminal.ts';

export const moment = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`;

/** `every 24 h 00 min, after 1,000 events` */
export function scheduleOf({ enabled, every, cron, timeZone, afterEvents }: JobSettings): string {
  const parts = [
    ...(every === undefined ? [] : [`every ${duration(every)}`]),
    ...(cron === undefined ? [] : [`cron ${cron} (${timeZone})`]),
    ...(afterEvents === undefined ? [] : [`after ${counted(afterEvents, 'event')}`]),
  ];
  if (parts.length === 0) return 'by hand';
  return `${parts.join(' or ')}${enabled ? '' : ' (paused)'}`;
}

export function nextOf({ next, running }: JobStatus): string {
  if (running !== undefined) return `runs now (${running.step ?? 'starts'})`;
  const parts = [
    ...(next.at === undefined ? [] : [moment(next.at)]),
    ...(next.events === undefined ? [] : [`at ${counted(next.events, 'event')}`]),
  ];
  return parts.length === 0 ? '' : `next ${parts.join(' or ')}`;
}

export function endOf(run: JobRun): string {
  const { state, outcome, error, publication } = run;
  if (error !== undefined) return `${state}: ${error.code}`;
  if (publication !== undefined) return `published ${publication}`;
  return outcome ?? state;
}
