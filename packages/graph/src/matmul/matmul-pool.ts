/**
 * Many matrix products of equal shape on several threads: `factor · a · bᵀ + c`, written over c.
 * Blocked factorisations consist of such products.
 *
 * Every thread has its own session of one thread, and all of them take products from one queue, so
 * that none waits at a barrier for another: on a machine with other work, the threads inside one
 * session are as slow as the slowest of them. Arrays lie in shared memory and are never copied
 * between threads. The main thread stays responsive.
 */
import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { endWorker } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { OnnxGraphBuilder } from '../onnx/graph-builder.ts';
import { startWorker, workerUrl } from '../runtime/worker-thread.ts';

export interface MatmulShape {
  /** Rows of a and c. */
  rows: number;
  /** Columns of c, rows of b. */
  columns: number;
  /** Columns of a and b. */
  inner: number;
  /** Default 1. */
  factor?: number;
}

/** All arrays lie in shared memory (`sharedFloats`). */
export interface MatmulOperands {
  /** `[rows, inner]` */
  a: Float32Array;
  /** `[columns, inner]` */
  b: Float32Array;
  /** `[rows, columns]`: the summand, overwritten by the result. Each product needs its own. */
  c: Float32Array;
}

export interface MatmulPool {
  /**
   * Resolves when all products are computed.
   *
   * @throws LorekeepError `GRAPH_BAD_FEED`, `GRAPH_RUN`, `GRAPH_CLOSED`
   */
  run(shape: MatmulShape, products: readonly MatmulOperands[]): Promise<void>;
  /** Ends all threads after their current products. Unfinished products fail with `GRAPH_CLOSED`. */
  close(): Promise<void>;
}

/** Message to a worker. The answer is an error message, or undefined after success. */
export interface MatmulRequest {
  /** Identifies the graph in the worker. `graph` is part of the first request with this key. */
  key: string;
  graph?: Uint8Array;
  shape: MatmulShape;
  products: readonly MatmulOperands[];
}

/** Limit of products per message. More would let the threads finish at different times. */
const MAX_PRODUCTS_PER_MESSAGE = 16;

const GRAPH_NAME = 'product';

const WORKER = workerUrl('matmul-worker', import.meta.url);

interface Thread {
  worker: Worker;
  /** Keys of the graphs it has loaded. */
  loaded: Set<string>;
  job?: Job;
}

interface Job {
  request: Omit<MatmulRequest, 'graph'>;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * The threads start with the first products.
 *
 * @param threads default: one per available processor
 * @throws LorekeepError `GRAPH_BAD_OPTION`
 */
export function createMatmulPool(threads: number = availableParallelism()): MatmulPool {
  if (!Number.isInteger(threads) || threads < 1)
    throw errors.GRAPH_BAD_OPTION({ name: 'threads', problem: `must be a positive integer, not ${threads}` });
  let pool: Thread[] = [];
  const waiting: Job[] = [];
  const graphs = new Map<string, Uint8Array>();
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const job of [...pool.flatMap(({ job }) => job ?? []), ...waiting.splice(0)]) job.reject(ended);
    for (const thread of pool) thread.job = undefined;
  };
  const assignJobs = () => {
    for (const thread of pool) {
      if (thread.job !== undefined || waiting.length === 0) continue;
      const job = waiting.shift() as Job;
      thread.job = job;
      const { key } = job.request;
      thread.worker.ref();
      thread.worker.postMessage(thread.loaded.has(key) ? job.request : { ...job.request, graph: graphs.get(key) });
      thread.loaded.add(key);
    }
  };
  const startThread = (): Thread => {
    const onMessage = (problem: string | undefined) => {
      const { job } = thread;
      thread.job = undefined;
      if (problem === undefined) job?.resolve();
      else job?.reject(errors.GRAPH_RUN({ name: GRAPH_NAME, reason: problem }));
      assignJobs();
    };
    const thread: Thread = { worker: startWorker(WORKER, GRAPH_NAME, { onMessage, onEnd: end }), loaded: new Set() };
    return thread;
  };

  return {
    async run(shape, products) {
      if (ended) throw ended;
      if (products.length === 0) return;
      for (const operands of products) checkOperands(shape, operands);
      const { rows, columns, inner, factor = 1 } = shape;
      const key = [rows, columns, inner, factor].join(' ');
      if (!graphs.has(key)) graphs.set(key, matmulGraph(shape));
      if (pool.length === 0) pool = Array.from({ length: threads }, startThread);
      const size = Math.max(1, Math.min(MAX_PRODUCTS_PER_MESSAGE, Math.ceil(products.length / (4 * threads))));
      const jobs: Promise<void>[] = [];
      for (let first = 0; first < products.length; first += size) {
        const request = { key, shape, products: products.slice(first, first + size) };
        jobs.push(new Promise((resolve, reject) => waiting.push({ request, resolve, reject })));
      }
      assignJobs();
      await Promise.all(jobs);
    },
    async close() {
      end(errors.GRAPH_CLOSED({ what: 'matmul pool' }));
      await Promise.all(pool.map(({ worker }) => endWorker(worker)));
    },
  };
}

function checkOperands({ rows, columns, inner }: MatmulShape, { a, b, c }: MatmulOperands): void {
  const name = 'a product';
  if (a.length !== rows * inner || b.length !== columns * inner || c.length !== rows * columns)
    throw errors.GRAPH_BAD_FEED({
      name,
      problem: `has arrays of ${a.length}, ${b.length} and ${c.length} numbers, which do not fit its shape`,
    });
  for (const { buffer } of [a, b, c])
    if (!(buffer instanceof SharedArrayBuffer))
      throw errors.GRAPH_BAD_FEED({ name, problem: 'is not in shared memory' });
}

/** ONNX Runtime's Gemm adds to its output in place, so c may be the output itself. */
function matmulGraph({ rows, columns, inner, factor = 1 }: MatmulShape): Uint8Array {
  const graph = new OnnxGraphBuilder(GRAPH_NAME);
  graph.input('a', 'float32', [rows, inner]);
  graph.input('b', 'float32', [columns, inner]);
  graph.input('c', 'float32', [rows, columns]);
  graph.node('Gemm', ['a', 'b', 'c'], { alpha: { float: factor }, beta: { float: 1 }, transB: 1 }, ['sum']);
  graph.output('sum', 'float32', [rows, columns]);
  return graph.toBytes();
}
