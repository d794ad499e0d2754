/** One thread of the inference pool: it has one session and runs one batch at a time. */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '@lorekeep/core';
import ort from 'onnxruntime-node';
import type { InferenceAnswer, InferenceRequest, InferenceWorkerData } from './inference-protocol.ts';

const port = parentPort!;
const answer = (message: InferenceAnswer, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
let model: Promise<Model> | undefined;

interface Model {
  session: ort.InferenceSession;
  head?: ort.InferenceSession;
  /** The output of `session` that `head` takes. */
  output?: string;
  types: Map<string, string>;
}

// The graph is sent as a message: worker data would stay in memory as long as the thread lives.
onRequests(port, async (request: InferenceWorkerData | InferenceRequest) => {
  if ('ids' in request) return answerBatch(request);
  model = load(request);
  // A failure to load ends the thread with this error.
  await model;
  answer({});
});

async function load({ graph, external, output, head, threads }: InferenceWorkerData): Promise<Model> {
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
  const types = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : 'int64']));
  return {
    session,
    types,
    output,
    head: head === undefined ? undefined : await ort.InferenceSession.create(head, options),
  };
}

async function answerBatch({ ids, mask, shape }: InferenceRequest): Promise<void> {
  try {
    const { session, head, output, types } = await model!;
    const feeds: Record<string, ort.Tensor> = {};
    for (const name of session.inputNames)
      feeds[name] = tensorOf(types.get(name), valuesOf(name, ids, mask, shape[1]), shape);
    let results = await session.run(feeds);
    if (head !== undefined)
      results = await head.run({
        tokens: results[output!],
        ...(head.inputNames.includes('attention_mask') ? { attention_mask: new ort.Tensor('int64', mask, shape) } : {}),
      });
    const vectors = Float32Array.from(results.embedding.data as Float32Array);
    answer({ vectors }, [vectors.buffer]);
  } catch (error) {
    answer({ error: (error as Error).message });
  }
}

/** The values of the input with this name. Token types are all 0. */
function valuesOf(name: string, ids: BigInt64Array, mask: BigInt64Array, length: number): BigInt64Array {
  if (name === 'input_ids') return ids;
  if (name === 'attention_mask') return mask;
  const values = new BigInt64Array(ids.length);
  if (name === 'position_ids') for (let i = 0; i < values.length; i++) values[i] = BigInt(i % length);
  return values;
}

function tensorOf(type: string | undefined, values: BigInt64Array, shape: number[]): ort.Tensor {
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values, Number), shape);
  return new ort.Tensor('int64', values, shape);
}
