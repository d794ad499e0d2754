/** One thread of a product pool: holds a session a shape and computes one product after another in place. */
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import { sessionOptions } from '../runtime/session-options.ts';
import type { Product, ProductRequest, ProductShape } from './matmul-pool.ts';

const port = parentPort!;
const sessions = new Map<string, ort.InferenceSession>();
/** Whether this Node lets the library work on shared memory itself; where not, products go through arrays of this thread's own. */
let direct = true;

async function compute(session: ort.InferenceSession, { rows, columns, inner }: ProductShape, { a, b, c }: Product) {
  const run = async (a: Float32Array, b: Float32Array, c: Float32Array) => {
    const sum = new ort.Tensor('float32', c, [rows, columns]);
    const operands = {
      a: new ort.Tensor('float32', a, [rows, inner]),
      b: new ort.Tensor('float32', b, [columns, inner]),
    };
    await session.run({ ...operands, c: sum }, { sum });
  };
  if (direct) {
    try {
      return await run(a, b, c);
    } catch {
      direct = false;
    }
  }
  const own = Float32Array.from(c);
  await run(Float32Array.from(a), Float32Array.from(b), own);
  c.set(own);
}

port.on('message', async ({ key, graph, shape, products }: ProductRequest) => {
  try {
    if (graph !== undefined) sessions.set(key, await ort.InferenceSession.create(graph, sessionOptions(1)));
    const session = sessions.get(key) as ort.InferenceSession;
    for (const product of products) await compute(session, shape, product);
    port.postMessage(undefined);
  } catch (error) {
    port.postMessage((error as Error).message);
  }
});
