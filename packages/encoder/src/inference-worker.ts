/** One thread of the inference pool: holds a session and runs one batch at a time. */
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import ort from 'onnxruntime-node';
import type { InferenceAnswer, InferenceRequest, InferenceWorkerData } from './inference-pool.ts';

const port = parentPort!;
// The graph comes as a message, not as worker data, which would be kept for as long as the thread lives.
const [{ graph, threads }] = (await once(port, 'message')) as [InferenceWorkerData];
const session = await ort.InferenceSession.create(graph, {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
});
const answer = (message: InferenceAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

port.on('message', async ({ ids, mask, shape }: InferenceRequest) => {
  try {
    const { embedding } = await session.run({
      input_ids: new ort.Tensor('int64', ids, shape),
      attention_mask: new ort.Tensor('int64', mask, shape),
    });
    const vectors = Float32Array.from(embedding.data as Float32Array);
    answer({ vectors }, [vectors.buffer]);
  } catch (error) {
    answer({ error: (error as Error).message });
  }
});
answer({});
