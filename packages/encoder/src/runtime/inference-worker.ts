/** One thread of the inference pool: it has one session and runs one batch at a time. */
import { once } from 'node:events';
import { parentPort } from 'node:worker_threads';
import ort from 'onnxruntime-node';
import type { InferenceAnswer, InferenceRequest, InferenceWorkerData } from './inference-protocol.ts';

const port = parentPort!;
// The graph is sent as a message: worker data would stay in memory as long as the thread lives.
const [{ graph, external, output, head, threads }] = (await once(port, 'message')) as [InferenceWorkerData];
const options: ort.InferenceSession.SessionOptions = {
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
};
const session =
  typeof graph === 'string'
    ? await ort.InferenceSession.create(graph, options)
    : await ort.InferenceSession.create(graph, { ...options, externalData: external ?? [] });
const headSession = head === undefined ? undefined : await ort.InferenceSession.create(head, options);
const types = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : 'int64']));
const answer = (message: InferenceAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

port.on('message', async ({ ids, mask, shape }: InferenceRequest) => {
  try {
    const feeds: Record<string, ort.Tensor> = {};
    for (const name of session.inputNames) feeds[name] = tensorOf(name, valuesOf(name, ids, mask, shape[1]), shape);
    let results = await session.run(feeds);
    if (headSession !== undefined)
      results = await headSession.run({
        tokens: results[output!],
        ...(headSession.inputNames.includes('attention_mask')
          ? { attention_mask: new ort.Tensor('int64', mask, shape) }
          : {}),
      });
    const { embedding } = results;
    const vectors = Float32Array.from(embedding.data as Float32Array);
    answer({ vectors }, [vectors.buffer]);
  } catch (error) {
    answer({ error: (error as Error).message });
  }
});

/** The values of the input with this name. Token types are all 0. */
function valuesOf(name: string, ids: BigInt64Array, mask: BigInt64Array, length: number): BigInt64Array {
  if (name === 'input_ids') return ids;
  if (name === 'attention_mask') return mask;
  const values = new BigInt64Array(ids.length);
  if (name === 'position_ids') for (let i = 0; i < values.length; i++) values[i] = BigInt(i % length);
  return values;
}

function tensorOf(name: string, values: BigInt64Array, shape: number[]): ort.Tensor {
  if (types.get(name) === 'int32') return new ort.Tensor('int32', Int32Array.from(values, Number), shape);
  return new ort.Tensor('int64', values, shape);
}

answer({});
