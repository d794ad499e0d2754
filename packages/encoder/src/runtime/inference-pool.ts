/**
 * Batches to vectors on several threads. `onnxruntime-node` computes inside the call to `run`, on the thread that
 * called it: on the main thread, a server would answer nobody meanwhile, a Ctrl-C would go unheard, and two sessions
 * would take turns. So every session lives in a worker thread of its own and they take batches from one queue. They
 * never wait for each other, which on a machine with other work matters more than anything else: threads inside one
 * session meet at a barrier after every matrix product, and the slowest sets the pace.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ExternalData } from '@lorekeep/graph';
import { errors } from '../errors.ts';

export interface InferencePool {
  /** `ids` and `mask` are `[rows × length]` → vectors `[rows × dim]`. Both arrays are handed over: do not use them after. */
  run(ids: BigInt64Array, mask: BigInt64Array, rows: number, length: number): Promise<Float32Array>;
  /** Batches that run at the same time. */
  readonly size: number;
  /** Ends all threads; batches not done yet fail. */
  close(): Promise<void>;
}

/** What computes: token ids and mask to vectors. */
export interface InferenceModel {
  /** The graph itself, with the output `embedding`, or the path of a graph made elsewhere. */
  graph: Uint8Array | string;
  /** Weights that the graph names. They are put where all threads can read them, and each session copies them once. */
  external?: ExternalData[];
  /** The output of a graph made elsewhere that `head` takes as `tokens`. */
  output?: string;
  /** Takes `tokens` and `attention_mask` to `embedding`. */
  head?: Uint8Array;
}

export interface InferenceWorkerData extends InferenceModel {
  threads: number;
}

export interface InferenceRequest {
  ids: BigInt64Array<ArrayBuffer>;
  mask: BigInt64Array<ArrayBuffer>;
  shape: number[];
}

/** Neither field: the session stands. */
export interface InferenceAnswer {
  vectors?: Float32Array<ArrayBuffer>;
  error?: string;
}

interface Job {
  request: InferenceRequest;
  resolve: (vectors: Float32Array) => void;
  reject: (error: Error) => void;
}

/** Batches a thread is given at a time, so that the next one is there when one is done, whatever the main thread does then. */
const AT_THE_DOOR = 2;
/** Each session holds the weights once more, so more threads than these share sessions. */
const MOST_SESSIONS = 4;
/** Of all sessions together; a model that is larger has one, with all threads. */
const MOST_BYTES = 2 ** 31;

/** The same file beside this one, whether this is the source or what was built from it. */
const WORKER = new URL(`./inference-worker${extname(import.meta.url)}`, import.meta.url);

function shared(data: Uint8Array): Uint8Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const copy = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}

/**
 * @param name the encoder's, for messages
 * @throws LorekeepError `ENCODER_FAILED` if a session cannot be made
 */
export async function createInferencePool(
  name: string,
  model: InferenceModel,
  threads: number,
): Promise<InferencePool> {
  const weight = model.external?.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0;
  const size = Math.min(threads, Math.max(1, Math.min(MOST_SESSIONS, Math.floor(MOST_BYTES / weight))));
  const external = model.external?.map(({ path, data }) => ({ path, data: shared(data) }));
  const waiting: Job[] = [];
  /** Of each thread, what it was given, in order. */
  const working = new Map<Worker, Job[]>();
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const job of [...[...working.values()].flat(), ...waiting.splice(0)]) job.reject(ended);
    working.clear();
  };
  const assign = () => {
    while (waiting.length > 0) {
      const [worker, jobs] = [...working].reduce((least, one) => (one[1].length < least[1].length ? one : least));
      if (jobs.length >= AT_THE_DOOR) return;
      const job = waiting.shift()!;
      jobs.push(job);
      worker.ref();
      worker.postMessage(job.request, [job.request.ids.buffer, job.request.mask.buffer]);
    }
  };
  const start = async () => {
    // Not this program's flags: some, such as --input-type, no worker can be started with.
    const worker = new Worker(WORKER, { execArgv: [] });
    workers.push(worker);
    const data: InferenceWorkerData = { ...model, external, threads: Math.floor(threads / size) };
    worker.postMessage(data);
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => resolve());
      worker.once('error', reject);
      worker.once('exit', (code) => reject(new Error(`exit code ${code}`)));
    });
    worker.on('error', (error) => end(errors.ENCODER_FAILED({ encoder: name, reason: error.message })));
    worker.on('exit', (code) =>
      end(errors.ENCODER_FAILED({ encoder: name, reason: `a thread ended with exit code ${code}` })),
    );
    worker.on('message', ({ vectors, error }: InferenceAnswer) => {
      const jobs = working.get(worker);
      const job = jobs?.shift();
      // An idle encoder does not keep the program running.
      if (jobs?.length === 0) worker.unref();
      assign();
      if (vectors !== undefined) job?.resolve(vectors);
      else job?.reject(errors.ENCODER_FAILED({ encoder: name, reason: error ?? 'without a reason' }));
    });
    worker.unref();
    working.set(worker, []);
  };
  const workers: Worker[] = [];
  const close = async () => {
    end(errors.ENCODER_FAILED({ encoder: name, reason: 'the encoder was closed' }));
    await Promise.all(workers.map((worker) => worker.terminate()));
  };
  try {
    await Promise.all(Array.from({ length: size }, start));
  } catch (error) {
    await close();
    throw errors.ENCODER_FAILED({ encoder: name, reason: (error as Error).message });
  }
  return {
    size,
    run(ids, mask, rows, length) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const request = { ids, mask, shape: [rows, length] } as InferenceRequest;
        waiting.push({ request, resolve, reject });
        assign();
      });
    },
    close,
  };
}
