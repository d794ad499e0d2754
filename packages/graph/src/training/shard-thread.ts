/**
 * Threads that each compute a share of the batch.
 *
 * Threads inside one ONNX Runtime session meet at a barrier after every operation, a few thousand times a step, and
 * the slowest sets the pace. Sessions of one thread each on a share of the batch meet once a step, and each core's
 * activations stay in its own cache. ONNX Runtime computes on the thread that calls it, so all shares but the
 * caller's own live in worker threads. Parameters, batch and gradients lie in shared memory; nothing is copied
 * through messages. Dropout masks are drawn where they are used, from seeds that the trainer draws.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Arrays, type DType, namedArray, sizeOf } from '../arrays.ts';
import { runFailed, sessionClosed, sessionFailed } from '../errors.ts';
import type { DropoutSite } from './dropout.ts';

/** A graph for the thread to load. All arrays in shared memory. */
export interface ShareGraph {
  kind: 'graph';
  id: number;
  onnx: Uint8Array;
  threads: number;
  /** What the graph reads: the same in every run, and in each of the sets that a run chooses from. */
  feeds: Arrays;
  sets: Arrays[];
  /** Where its outputs go. */
  into: Arrays;
  sites: DropoutSite[];
}

export interface ShareRun {
  kind: 'run';
  id: number;
  /** Which of the sets. */
  set: number;
  /** For each dropout site. */
  seeds: number[][];
}

/** No error: done. */
export interface ShareAnswer {
  error?: string;
}

export interface ShareThread {
  /** @throws LorekeepError `GRAPH_SESSION`, `GRAPH_RUN` if the thread ended */
  load(graph: Omit<ShareGraph, 'kind'>): Promise<void>;
  /** One at a time. @throws LorekeepError `GRAPH_RUN`, `GRAPH_CLOSED` */
  run(run: Omit<ShareRun, 'kind'>): Promise<void>;
  /** False once it has ended; it does nothing any more then. */
  readonly alive: boolean;
  close(): Promise<void>;
}

const WORKER = new URL(`./shard-worker${extname(new URL(import.meta.url).pathname)}`, import.meta.url);

/** An array that other threads see too. */
export function sharedArray(shape: readonly number[], dtype: DType): Arrays[string] {
  const size = sizeOf(shape);
  const bytes = (width: number) => new SharedArrayBuffer(width * size);
  if (dtype === 'float32') return namedArray([...shape], new Float32Array(bytes(4)), dtype);
  if (dtype === 'int32') return namedArray([...shape], new Int32Array(bytes(4)), dtype);
  if (dtype === 'int64') return namedArray([...shape], new BigInt64Array(bytes(8)), dtype);
  return namedArray([...shape], new Uint8Array(bytes(1)), dtype);
}

export function startShare(name: string, source: URL = WORKER): ShareThread {
  // Not this program's flags: some, such as --input-type, no worker can be started with.
  const worker = new Worker(source, { execArgv: [] });
  let pending: { resolve: () => void; reject: (error: Error) => void } | undefined;
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    pending?.reject(ended);
    pending = undefined;
  };
  worker.on('error', (error) => end(runFailed(name, error)));
  worker.on('exit', (code) => end(runFailed(name, `a thread ended with exit code ${code}`)));
  worker.on('message', ({ error }: ShareAnswer) => {
    // An idle trainer does not keep the program running.
    worker.unref();
    const { resolve, reject } = pending!;
    pending = undefined;
    if (error === undefined) resolve();
    else reject(runFailed(name, error));
  });
  const ask = (message: ShareGraph | ShareRun) => {
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise<void>((resolve, reject) => {
      pending = { resolve, reject };
      worker.ref();
      worker.postMessage(message);
    });
  };
  worker.unref();
  return {
    load: (graph) =>
      ask({ kind: 'graph', ...graph }).catch((error) => {
        throw ended === undefined ? sessionFailed(name, error.cause ?? error) : error;
      }),
    run: (run) => ask({ kind: 'run', ...run }),
    get alive() {
      return ended === undefined;
    },
    async close() {
      end(sessionClosed('trainer'));
      await worker.terminate();
    },
  };
}
