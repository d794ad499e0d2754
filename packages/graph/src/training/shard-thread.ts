/**
 * Threads that each compute a shard of the batch.
 *
 * The threads inside one ONNX Runtime session meet at a barrier after every operation, a few
 * thousand times per step, and the slowest determines the speed. Sessions of one thread each, on a
 * shard of the batch each, meet once per step, and the activations of a shard stay in the cache of
 * its core. ONNX Runtime computes on the calling thread, so all shards but the first run in worker
 * threads. Parameters, batch and gradients lie in shared memory and are not copied through
 * messages. Each thread draws its dropout masks itself, from seeds that the trainer draws.
 */
import { endWorker } from '@lorekeep/core';
import type { Arrays } from '../arrays.ts';
import { errors } from '../errors.ts';
import { startWorker, workerUrl } from '../runtime/worker-thread.ts';
import type { DropoutSite } from './dropout.ts';

/** A graph that the thread loads. All arrays lie in shared memory. */
export interface ShardGraph {
  kind: 'graph';
  id: number;
  onnx: Uint8Array;
  threads: number;
  /** Inputs that are the same in every run. */
  feeds: Arrays;
  /** Alternative sets of further inputs; each run names one. */
  sets: Arrays[];
  /** Arrays for the outputs. */
  into: Arrays;
  sites: DropoutSite[];
}

export interface ShardRun {
  kind: 'run';
  id: number;
  /** Index in `sets`. */
  set: number;
  /** One per dropout site. */
  seeds: number[][];
}

/** Without an error, the request succeeded. */
export interface ShardAnswer {
  error?: string;
}

export interface ShardThread {
  /** @throws LorekeepError `GRAPH_SESSION`, `GRAPH_RUN` if the thread ended */
  load(graph: Omit<ShardGraph, 'kind'>): Promise<void>;
  /** Calls must not overlap. @throws LorekeepError `GRAPH_RUN`, `GRAPH_CLOSED` */
  run(run: Omit<ShardRun, 'kind'>): Promise<void>;
  /** False once the thread has ended. All calls fail from then on. */
  readonly alive: boolean;
  close(): Promise<void>;
}

const WORKER = workerUrl('shard-worker', import.meta.url);

/** @param name of the graph, for errors */
export function startShardThread(name: string, source: URL = WORKER): ShardThread {
  let pending: { resolve: () => void; reject: (error: Error) => void } | undefined;
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    pending?.reject(ended);
    pending = undefined;
  };
  const onMessage = ({ error }: ShardAnswer) => {
    const { resolve, reject } = pending!;
    pending = undefined;
    if (error === undefined) resolve();
    else reject(errors.GRAPH_RUN({ name, reason: error }));
  };
  const worker = startWorker(source, name, { onMessage, onEnd: end });
  const request = (message: ShardGraph | ShardRun) => {
    if (ended !== undefined) return Promise.reject(ended);
    return new Promise<void>((resolve, reject) => {
      pending = { resolve, reject };
      worker.ref();
      worker.postMessage(message);
    });
  };
  return {
    load: (graph) =>
      request({ kind: 'graph', ...graph }).catch((error) => {
        throw ended === undefined ? errors.GRAPH_SESSION({ name, reason: error.details.reason }) : error;
      }),
    run: (run) => request({ kind: 'run', ...run }),
    get alive() {
      return ended === undefined;
    },
    async close() {
      end(errors.GRAPH_CLOSED({ what: 'trainer' }));
      await endWorker(worker);
    },
  };
}
