/** The thread of a live solver, seen from the program that serves. It starts with the first request. */
import type { Worker } from 'node:worker_threads';
import { endWorker } from '@lorekeep/core';
import { graphErrors, startWorker, workerUrl } from '@lorekeep/graph';
import type { LiveModel } from './live-solver.ts';
import type { LiveAnswer, LiveRequest } from './tasks.ts';

const WORKER = workerUrl('worker', import.meta.url);
const NAME = 'live columns';

export interface LiveThread {
  /** @throws LorekeepError `GRAPH_RUN` */
  ask(request: Exclude<LiveRequest, { kind: 'open' }>): Promise<LiveAnswer>;
  close(): Promise<void>;
}

export function createLiveThread(model: LiveModel, options: { regressors?: number } = {}): LiveThread {
  let worker: Worker | undefined;
  let ended: Error | undefined;
  const waiting: { resolve: (answer: LiveAnswer) => void; reject: (error: Error) => void }[] = [];

  function started(): Worker {
    if (worker !== undefined) return worker;
    worker = startWorker<LiveAnswer>(WORKER, NAME, {
      onMessage(answer) {
        // The thread is let go after each answer, and others may be awaited.
        const next = waiting.shift();
        if (waiting.length > 0) worker?.ref();
        if (answer.error === undefined) next?.resolve(answer);
        else next?.reject(graphErrors.GRAPH_RUN({ name: NAME, reason: answer.error.message }));
      },
      onEnd(error) {
        ended = error;
        for (const { reject } of waiting.splice(0)) reject(error);
      },
    });
    send(worker, { kind: 'open', model, ...options }).catch(() => {});
    return worker;
  }

  function send(to: Worker, request: LiveRequest): Promise<LiveAnswer> {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      to.ref();
      to.postMessage(request);
    });
  }

  return {
    async ask(request) {
      const thread = started();
      if (ended !== undefined) throw ended;
      return send(thread, request);
    },
    async close() {
      if (worker !== undefined) await endWorker(worker);
    },
  };
}
