/**
 * Many products of equal shape on several threads: `factor · a · bᵀ + c`, written over c. What a blocked factorisation
 * is made of. Every thread has a session of one thread of its own and they take products from one queue, so none waits
 * at a barrier for another: on a machine with other work, threads inside one session go at the slowest one's pace.
 * Arrays lie in shared memory and are never copied between threads; the main thread stays free to answer.
 */
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { badFeed, badOption, runFailed, sessionClosed } from '../errors.ts';
import { OnnxGraphBuilder } from '../onnx/graph-builder.ts';

export interface ProductShape {
  /** Of a and c. */
  rows: number;
  /** Columns of c, rows of b. */
  columns: number;
  /** Columns of a and b. */
  inner: number;
  /** Default 1. */
  factor?: number;
}

/** All in shared memory (`sharedFloats`). */
export interface Product {
  /** `[rows, inner]` */
  a: Float32Array;
  /** `[columns, inner]` */
  b: Float32Array;
  /** `[rows, columns]`: the summand, then the result. Two products of one call must not write to the same. */
  c: Float32Array;
}

export interface ProductPool {
  /** Resolves when all are done. @throws LorekeepError `GRAPH_BAD_FEED`, `GRAPH_RUN`, `GRAPH_CLOSED` */
  run(shape: ProductShape, products: readonly Product[]): Promise<void>;
  /** Ends all threads; products not done yet fail. */
  close(): Promise<void>;
}

export interface ProductRequest {
  /** The graph's name in the worker; `graph` comes with the first request of it. */
  key: string;
  graph?: Uint8Array;
  shape: ProductShape;
  products: readonly Product[];
}

/** Products a message, at most: enough to hide the message, few enough to end together. */
const MOST_A_MESSAGE = 16;

/** The same file beside this one, whether this is the source or what was built from it. */
const WORKER = new URL(`./matmul-worker${extname(import.meta.url)}`, import.meta.url);

/** Zeros in memory that all threads see. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(4 * length));
}

interface Thread {
  worker: Worker;
  /** Graphs it has. */
  known: Set<string>;
  job?: Job;
}

interface Job {
  request: Omit<ProductRequest, 'graph'>;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Threads are started with the first products.
 *
 * @param threads default: all the machine offers
 * @throws LorekeepError `GRAPH_BAD_OPTION`
 */
export function createProductPool(threads: number = availableParallelism()): ProductPool {
  if (!Number.isInteger(threads) || threads < 1)
    throw badOption('threads', `must be a positive integer, not ${threads}`);
  let pool: Thread[] = [];
  const waiting: Job[] = [];
  const graphs = new Map<string, Uint8Array>();
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const job of [...pool.flatMap(({ job }) => job ?? []), ...waiting.splice(0)]) job.reject(ended);
    for (const thread of pool) thread.job = undefined;
  };
  const assign = () => {
    for (const thread of pool) {
      if (thread.job !== undefined || waiting.length === 0) continue;
      const job = waiting.shift() as Job;
      thread.job = job;
      const { key } = job.request;
      thread.worker.ref();
      thread.worker.postMessage(thread.known.has(key) ? job.request : { ...job.request, graph: graphs.get(key) });
      thread.known.add(key);
    }
  };
  const start = (): Thread => {
    // Not this program's flags: some, such as --input-type, no worker can be started with.
    const thread: Thread = { worker: new Worker(WORKER, { execArgv: [] }), known: new Set() };
    const { worker } = thread;
    worker.on('error', (error) => end(runFailed('products', error)));
    worker.on('exit', (code) => end(runFailed('products', new Error(`a thread ended with exit code ${code}`))));
    worker.on('message', (problem: string | undefined) => {
      const { job } = thread;
      thread.job = undefined;
      // An idle pool does not keep the program running.
      worker.unref();
      if (problem === undefined) job?.resolve();
      else job?.reject(runFailed('products', new Error(problem)));
      assign();
    });
    worker.unref();
    return thread;
  };

  return {
    async run(shape, products) {
      if (ended) throw ended;
      if (products.length === 0) return;
      const { rows, columns, inner, factor = 1 } = shape;
      for (const { a, b, c } of products) {
        if (a.length !== rows * inner || b.length !== columns * inner || c.length !== rows * columns)
          throw badFeed(
            'a product',
            `has arrays of ${a.length}, ${b.length} and ${c.length} numbers, which do not fit`,
          );
        for (const { buffer } of [a, b, c])
          if (!(buffer instanceof SharedArrayBuffer)) throw badFeed('a product', 'is not in shared memory');
      }
      const key = [rows, columns, inner, factor].join(' ');
      if (!graphs.has(key)) graphs.set(key, productGraph({ rows, columns, inner, factor }));
      if (pool.length === 0) pool = Array.from({ length: threads }, start);
      const size = Math.max(1, Math.min(MOST_A_MESSAGE, Math.ceil(products.length / (4 * threads))));
      const jobs: Promise<void>[] = [];
      for (let first = 0; first < products.length; first += size) {
        const request = { key, shape, products: products.slice(first, first + size) };
        jobs.push(new Promise((resolve, reject) => waiting.push({ request, resolve, reject })));
      }
      assign();
      await Promise.all(jobs);
    },
    async close() {
      end(sessionClosed('product pool'));
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}

/** ONNX Runtime's Gemm adds to its output in place, so c may be the output itself. */
function productGraph({ rows, columns, inner, factor = 1 }: ProductShape): Uint8Array {
  const graph = new OnnxGraphBuilder('product');
  graph.input('a', 'float32', [rows, inner]);
  graph.input('b', 'float32', [columns, inner]);
  graph.input('c', 'float32', [rows, columns]);
  graph.node('Gemm', ['a', 'b', 'c'], { alpha: { float: factor }, beta: { float: 1 }, transB: 1 }, ['sum']);
  graph.output('sum', 'float32', [rows, columns]);
  return graph.toBytes();
}
