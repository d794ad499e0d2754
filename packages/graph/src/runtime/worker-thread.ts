/** Worker threads that compute with ONNX Runtime: how they start and how their end is noticed. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LorekeepError } from '@lorekeep/core';
import { errors, reasonOf } from '../errors.ts';

/**
 * The URL of the worker `name` beside the module `base`. It has the extension of that module: `.ts`
 * in the sources, `.js` after a build.
 */
export function workerUrl(name: string, base: string): URL {
  return new URL(`./${name}${extname(new URL(base).pathname)}`, base);
}

export interface WorkerEvents<Message> {
  onMessage: (message: Message) => void;
  /** Called when the thread fails or ends, possibly more than once. The error is a `GRAPH_RUN`. */
  onEnd: (error: LorekeepError) => void;
}

/**
 * Starts a worker that does not keep the program running. Call `ref()` while a result is awaited.
 *
 * @param name of the computation, for errors
 */
export function startWorker<Message>(source: URL, name: string, { onMessage, onEnd }: WorkerEvents<Message>): Worker {
  // The worker does not inherit this program's flags: a worker cannot start with some of them, such
  // as --input-type.
  const worker = new Worker(source, { execArgv: [] });
  worker.on('error', (error) => onEnd(errors.GRAPH_RUN({ name, reason: reasonOf(error) }, error)));
  worker.on('exit', (code) => onEnd(errors.GRAPH_RUN({ name, reason: `a thread ended with exit code ${code}` })));
  worker.on('message', (message: Message) => {
    worker.unref();
    onMessage(message);
  });
  worker.unref();
  return worker;
}
