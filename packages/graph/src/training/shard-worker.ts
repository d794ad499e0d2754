/**
 * A thread that computes one shard of every step, in memory that it shares with the trainer
 * (`shard-thread.ts`).
 */
import { parentPort } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';
import type { Arrays } from '../arrays.ts';
import { sessionOptions } from '../runtime/session-options.ts';
import { fillMask, maskBytes } from './dropout-mask.ts';
import type { ShardAnswer, ShardGraph, ShardRun } from './shard-thread.ts';

interface Loaded {
  session: ort.InferenceSession;
  sets: Record<string, ort.Tensor>[];
  into: Record<string, ort.Tensor>;
  masks: { mask: Uint8Array; dropped: number }[];
}

const port = parentPort!;
const graphs = new Map<number, Loaded>();

const tensors = (arrays: Arrays) =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor(dtype, data as Float32Array, shape),
    ]),
  );

async function load({ id, onnx, threads, feeds, sets, into, sites }: ShardGraph): Promise<void> {
  const session = await ort.InferenceSession.create(onnx, sessionOptions(threads));
  const masks = sites.map(({ size, dropped }) => ({ mask: maskBytes(size), dropped }));
  const fixed = {
    ...tensors(feeds),
    ...Object.fromEntries(
      sites.map(({ name, shape }, i) => [name, new ort.Tensor('uint8', masks[i].mask, [...shape])]),
    ),
  };
  graphs.set(id, { session, sets: sets.map((set) => ({ ...fixed, ...tensors(set) })), into: tensors(into), masks });
}

async function run({ id, set, seeds }: ShardRun): Promise<void> {
  const { session, sets, into, masks } = graphs.get(id)!;
  for (const [i, { mask, dropped }] of masks.entries()) fillMask(mask, dropped, seeds[i]);
  await session.run(sets[set], into);
}

port.on('message', async (message: ShardGraph | ShardRun) => {
  let answer: ShardAnswer = {};
  try {
    await (message.kind === 'graph' ? load(message) : run(message));
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  port.postMessage(answer);
});
