/** The threads of the local solver: one stage at a time, its tasks in one queue. */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { endWorker, optionErrors, type RunContext } from '@lorekeep/core';
import { graphErrors, startWorker, workerUrl } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { Answer, Request, Stage } from './tasks.ts';

const WORKER = workerUrl('worker', import.meta.url);
const NAME = 'linear model';

export interface SolverThreads {
  /**
   * Runs all tasks of a stage. Progress is reported per task.
   *
   * @param rows of the stage
   * @param perTask rows of a task
   * @throws LorekeepError `LINEAR_NOT_DEFINITE`, `GRAPH_RUN`; `signal.reason` if aborted
   */
  run(stage: Stage, rows: number, perTask: number, context?: Pick<RunContext, 'signal'> & Done): Promise<void>;
  close(): Promise<void>;
}

interface Done {
  /** Called with the number of rows that are done. */
  onDone?: (rows: number) => void;
}

interface Thread {
  worker: Worker;
  settle?: { resolve: () => void; reject: (error: Error) => void };
}

/**
 * The threads start with the first stage.
 *
 * @param threads default: one per available processor
 * @throws LorekeepError `OPTION_INVALID`
 */
export function openSolverThreads(threads: number = availableParallelism()): SolverThreads {
  if (!Number.isInteger(threads) || threads < 1)
    throw optionErrors.OPTION_INVALID({ name: 'threads', value: threads, allowed: 'a whole number of at least 1' });
  let pool: Thread[] = [];

  function start(): Thread {
    const thread: Thread = { worker: undefined as never };
    thread.worker = startWorker<Answer>(WORKER, NAME, {
      onMessage({ error }) {
        const { settle } = thread;
        thread.settle = undefined;
        if (error === undefined) settle?.resolve();
        else settle?.reject(errorOf(error));
      },
      onEnd: (error) => thread.settle?.reject(error),
    });
    return thread;
  }

  function send(thread: Thread, request: Request): Promise<void> {
    return new Promise((resolve, reject) => {
      thread.settle = { resolve, reject };
      thread.worker.ref();
      thread.worker.postMessage(request);
    });
  }

  return {
    async run(stage, rows, perTask, { signal, onDone } = {}) {
      signal?.throwIfAborted();
      if (pool.length === 0) pool = Array.from({ length: threads }, start);
      let next = 0;
      let done = 0;
      let failed = false;
      const work = async (thread: Thread) => {
        try {
          await send(thread, { stage });
          while (next < rows && !failed) {
            signal?.throwIfAborted();
            const task = { first: next, last: Math.min(rows, next + perTask) };
            next = task.last;
            await send(thread, { task });
            done += task.last - task.first;
            onDone?.(done);
          }
        } catch (error) {
          failed = true;
          throw error;
        }
      };
      const results = await Promise.allSettled(pool.map(work));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    async close() {
      await Promise.all(pool.map(({ worker }) => endWorker(worker)));
    },
  };
}

function errorOf({ message, notDefinite }: NonNullable<Answer['error']>): Error {
  if (notDefinite !== undefined) return errors.LINEAR_NOT_DEFINITE(notDefinite);
  return graphErrors.GRAPH_RUN({ name: NAME, reason: message });
}
