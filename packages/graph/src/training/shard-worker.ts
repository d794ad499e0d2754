/**
 * A thread that computes one shard of every step, in memory that it shares with the trainer
 * (`shard-thread.ts`).
 */
import { parentPort } from 'node:worker_threads';
import { onRequests } from '@lorekeep/core';
import * as ort from 'onnxruntime-node';
import type { ArrayData, Arrays } from '../arrays.ts';
import { sessionOptions } from '../runtime/session-options.ts';
import { readable } from '../runtime/shared-memory.ts';
import { fillMask, maskBytes } from './dropout-mask.ts';
import type { ShardAnswer, ShardGraph, ShardRun } from './shard-thread.ts';

interface Operands {
  tensors: Record<string, ort.Tensor>;
  /** What a run copies, where ONNX Runtime cannot read shared memory. */
  copies: { shared: ArrayData; own: ArrayData }[];
}

interface Loaded {
  session: ort.InferenceSession;
  fixed: Operands;
  sets: Operands[];
  into: Operands;
  masks: { mask: Uint8Array; dropped: number }[];
}

const port = parentPort!;
const graphs = new Map<number, Loaded>();

function operands(arrays: Arrays): Operands {
  const result: Operands = { tensors: {}, copies: [] };
  for (const [name, { dtype, data, shape }] of Object.entries(arrays)) {
    const own = readable(data);
    if (own !== data) result.copies.push({ shared: data, own });
    result.tensors[name] = new ort.Tensor(dtype, own as Float32Array, shape);
  }
  return result;
}

async function load({ id, onnx, threads, feeds, sets, into, sites }: ShardGraph): Promise<void> {
  const session = await ort.InferenceSession.create(onnx, sessionOptions(threads));
  const masks = sites.map(({ size, dropped }) => ({ mask: maskBytes(size), dropped }));
  const fixed = operands(feeds);
  for (const [i, { name, shape }] of sites.entries())
    fixed.tensors[name] = new ort.Tensor('uint8', masks[i].mask, [...shape]);
  graphs.set(id, { session, fixed, sets: sets.map(operands), into: operands(into), masks });
}

async function run({ id, set, seeds }: ShardRun): Promise<void> {
  const { session, fixed, sets, into, masks } = graphs.get(id)!;
  for (const [i, { mask, dropped }] of masks.entries()) fillMask(mask, dropped, seeds[i]);
  for (const { shared, own } of [...fixed.copies, ...sets[set].copies]) own.set(shared as never);
  await session.run({ ...fixed.tensors, ...sets[set].tensors }, into.tensors);
  for (const { shared, own } of into.copies) shared.set(own as never);
}

onRequests(port, async (message: ShardGraph | ShardRun) => {
  let answer: ShardAnswer = {};
  try {
    await (message.kind === 'graph' ? load(message) : run(message));
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  port.postMessage(answer);
});
