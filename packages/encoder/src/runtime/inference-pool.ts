/**
 * Computes batches on several worker threads. `onnxruntime-node` computes inside the call to `run`,
 * on the calling thread: on the main thread it would block a server and Ctrl-C, and two sessions
 * would take turns. So each session runs in its own worker thread, and all take batches from one
 * queue. The workers never wait for each other, which matters most on a machine with other load:
 * threads inside one session meet at a barrier after every matrix product, and the slowest thread
 * sets the pace.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endWorker } from '@lorekeep/core';
import { errors } from '../errors.ts';
import type { InferenceAnswer, InferenceModel, InferenceRequest, InferenceWorkerData } from './inference-protocol.ts';

export interface InferencePool {
  /**
   * `ids` and `mask` are `[rows × length]` → vectors `[rows × dim]`. Both arrays are transferred:
   * do not use them after.
   */
  run(ids: BigInt64Array, mask: BigInt64Array, rows: number, length: number): Promise<Float32Array>;
  /** Batches that run at the same time. */
  readonly size: number;
  /** Ends all threads after the batches that they compute. Unfinished batches fail. */
  close(): Promise<void>;
}

interface Job {
  request: InferenceRequest;
  resolve: (vectors: Float32Array) => void;
  reject: (error: Error) => void;
}

/** Batches sent to a worker in advance, so that it never waits for the main thread. */
const QUEUED_PER_WORKER = 2;
/** Each session has its own copy of the weights, so additional threads share these sessions. */
const MAX_SESSIONS = 4;
/** Weights of all sessions together. A larger model gets one session with all threads. */
const MAX_WEIGHT_BYTES = 2 ** 31;

/** The worker file next to this file, with the same extension: in the sources and in a build. */
const WORKER = new URL(`./inference-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * @param name the encoder's name, for messages
 * @throws LorekeepError `ENCODER_FAILED` if a session cannot be created
 */
export async function createInferencePool(
  name: string,
  model: InferenceModel,
  threads: number,
): Promise<InferencePool> {
  const weightBytes = model.external?.reduce((sum, { data }) => sum + data.byteLength, 0) ?? 0;
  const size = Math.min(threads, Math.max(1, Math.min(MAX_SESSIONS, Math.floor(MAX_WEIGHT_BYTES / weightBytes))));
  const external = model.external?.map(({ path, data }) => ({ path, data: toShared(data) }));
  const workerData: InferenceWorkerData = { ...model, external, threads: Math.floor(threads / size) };
  const failed = (reason: string) => errors.ENCODER_FAILED({ encoder: name, reason });
  const workers: Worker[] = [];
  const queue: Job[] = [];
  /** Jobs of each worker, in the order in which they were sent. */
  const sent = new Map<Worker, Job[]>();
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const job of [...[...sent.values()].flat(), ...queue.splice(0)]) job.reject(ended);
    sent.clear();
  };
  const assign = () => {
    while (queue.length > 0) {
      const [worker, jobs] = [...sent].reduce((least, one) => (one[1].length < least[1].length ? one : least));
      if (jobs.length >= QUEUED_PER_WORKER) return;
      const job = queue.shift()!;
      jobs.push(job);
      worker.ref();
      worker.postMessage(job.request, [job.request.ids.buffer, job.request.mask.buffer]);
    }
  };
  const start = async () => {
    // Without this program's flags: a worker does not accept some of them, such as --input-type.
    const worker = new Worker(WORKER, { execArgv: [] });
    workers.push(worker);
    worker.postMessage(workerData);
    await ready(worker);
    worker.on('error', (error) => end(failed(error.message)));
    worker.on('exit', (code) => end(failed(`a thread ended with exit code ${code}`)));
    worker.on('message', ({ vectors, error }: InferenceAnswer) => {
      const jobs = sent.get(worker);
      const job = jobs?.shift();
      // An idle encoder does not keep the process alive.
      if (jobs?.length === 0) worker.unref();
      assign();
      if (vectors !== undefined) job?.resolve(vectors);
      else job?.reject(failed(error ?? 'no reason given'));
    });
    worker.unref();
    sent.set(worker, []);
  };
  const close = async () => {
    end(failed('the encoder was closed'));
    await Promise.all(workers.map(endWorker));
  };
  try {
    await Promise.all(Array.from({ length: size }, start));
  } catch (error) {
    await close();
    throw failed((error as Error).message);
  }
  return {
    size,
    run(ids, mask, rows, length) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const request = { ids, mask, shape: [rows, length] } as InferenceRequest;
        queue.push({ request, resolve, reject });
        assign();
      });
    },
    close,
  };
}

/** Waits for a worker's first message: its session is ready. */
function ready(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`exit code ${code}`)));
  });
}

function toShared(data: Uint8Array): Uint8Array {
  if (data.buffer instanceof SharedArrayBuffer) return data;
  const copy = new Uint8Array(new SharedArrayBuffer(data.byteLength));
  copy.set(data);
  return copy;
}
