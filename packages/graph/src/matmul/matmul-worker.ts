/** A thread of a matmul pool: one session per shape, one product after another, in place. */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '@lorekeep/core';
import * as ort from 'onnxruntime-node';
import { sessionOptions } from '../runtime/session-options.ts';
import { readable } from '../runtime/shared-memory.ts';
import type { MatmulOperands, MatmulRequest, MatmulShape } from './matmul-pool.ts';

const port = parentPort!;
const sessions = new Map<string, ort.InferenceSession>();

async function run(session: ort.InferenceSession, { rows, columns, inner }: MatmulShape, operands: MatmulOperands) {
  const c = new ort.Tensor('float32', operands.c, [rows, columns]);
  const a = new ort.Tensor('float32', operands.a, [rows, inner]);
  const b = new ort.Tensor('float32', operands.b, [columns, inner]);
  await session.run({ a, b, c }, { sum: c });
}

async function compute(session: ort.InferenceSession, shape: MatmulShape, { a, b, c }: MatmulOperands) {
  const own = readable(c);
  await run(session, shape, { a: readable(a), b: readable(b), c: own });
  if (own !== c) c.set(own);
}

onRequests(port, async ({ key, graph, shape, products }: MatmulRequest) => {
  try {
    if (graph !== undefined) sessions.set(key, await ort.InferenceSession.create(graph, sessionOptions(1)));
    const session = sessions.get(key) as ort.InferenceSession;
    for (const operands of products) await compute(session, shape, operands);
    port.postMessage(undefined);
  } catch (error) {
    port.postMessage((error as Error).message);
  }
});
