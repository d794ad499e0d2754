/**
 * Publishes shops in which nothing is trained. A shop that was created over HTTP has no one who types
 * `lorekeep publish`: its first items are published at once, and again when there are twice as many,
 * because words and their weights come from the items that were there. Training takes over from this:
 * a shop with a model is never published here.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { errorCode } from '@lorekeep/core';
import { createThreadBudget, type ThreadBudget } from '../budget.ts';
import { errors } from '../errors.ts';

/** The encoder that needs no download and no memory beside the shop's own words. */
export const SHOP_ENCODER = 'lexical';

export interface PublishTask {
  dir: string;
  model: string;
}

export type PublishAnswer = { version: string } | { code: string; message: string };

export interface Publisher {
  /**
   * Resolves with the new version. Waits for a place in the thread budget.
   * @throws LorekeepError `SHOP_NOT_PUBLISHED`
   */
  publish(dir: string): Promise<string>;
  /** Stops what runs at the next safe point. */
  close(): Promise<void>;
}

const failed = (code: string, reason: string, cause?: unknown) => errors.SHOP_NOT_PUBLISHED({ code, reason }, cause);

export function createPublisher(budget: ThreadBudget): Publisher {
  // One place is left for those who wait for an answer.
  const places = createThreadBudget(Math.max(1, budget.threads - 1));
  const running = new Map<Worker, Promise<unknown>>();
  let closed = false;

  async function inThread(task: PublishTask): Promise<string> {
    if (closed) throw failed('ENGINE_CLOSED', 'the service is shutting down');
    const url = new URL(`./publish-worker${extname(import.meta.url)}`, import.meta.url);
    // The worker does not inherit this program's flags: a worker cannot start with some of them.
    const worker = new Worker(url, { workerData: task, execArgv: [] });
    const { promise, resolve, reject } = Promise.withResolvers<PublishAnswer>();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    running.set(worker, ended);
    worker.on('message', resolve);
    worker.on('error', (error) => reject(failed(errorCode(error), error.message, error)));
    worker.on('exit', (code) => {
      reject(failed('INTERNAL', `its thread ended with code ${code}`));
      running.delete(worker);
      end();
    });
    const answer = await promise.finally(() => ended);
    if ('version' in answer) return answer.version;
    throw failed(answer.code, answer.message);
  }

  return {
    publish: (dir) => places.run(() => budget.run(() => inThread({ dir, model: SHOP_ENCODER }))),
    async close() {
      closed = true;
      for (const worker of running.keys()) worker.postMessage('stop');
      await Promise.all(running.values());
    },
  };
}
