/** The record and the log of the run of this process. Writes follow one another. */
import type { Progress } from '@lorekeep/core';
import type { JobRun } from '../records/answers.ts';
import { appendLog, writeRun } from '../records/runs.ts';
import type { StepReport } from './steps.ts';

/** Shortest time between two writes of the progress, in ms. */
const PROGRESS_EVERY = 1000;

export interface RunReport extends StepReport {
  progress: Progress;
  /** A line of the log that nobody waits for. */
  remark(line: string): void;
  current(): JobRun;
}

export function createReport(dir: string, first: JobRun): RunReport {
  let run = first;
  let last: Promise<unknown> = Promise.resolve();
  let written = 0;
  let stage = '';
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const log = (line: string) => inTurn(() => appendLog(dir, run.id, line));
  const remark = (line: string) => {
    // A full disk shows itself at the next step, which waits for its write.
    log(line).catch(() => {});
  };
  return {
    log,
    remark,
    current: () => run,
    change(part) {
      run = { ...run, ...part };
      return inTurn(() => writeRun(dir, run));
    },
    progress({ stage: name, done, total, unit, note }) {
      if (name !== stage) {
        stage = name;
        remark(`stage ${name}`);
      }
      const now = performance.now();
      run = {
        ...run,
        progress: { stage: name, done, ...(total !== undefined && { total }), unit, ...(note && { note }) },
      };
      if (now - written < PROGRESS_EVERY) return;
      written = now;
      inTurn(() => writeRun(dir, run)).catch(() => {});
    },
  };
}
