/**
 * Computes loss and gradients of batches: one graph per set of shapes, run on all shards at once.
 */
import type { Random } from '@lorekeep/core';
import {
  type Arrays,
  copyValues,
  mapValues,
  type NamedArray,
  namedArray,
  sharedArray,
  signatureKey,
  withPrefix,
} from '../arrays.ts';
import { buildOnce } from '../runtime/build-once.ts';
import { createSession, type GraphSession } from '../runtime/session.ts';
import { type BatchSplit, shardsOf } from './batch-split.ts';
import { maskSeed } from './dropout.ts';
import { fillMask, maskBytes } from './dropout-mask.ts';
import { type GradientGraph, gradientGraph } from './gradient-graph.ts';
import type { Loss } from './loss.ts';
import type { ParameterBuffers } from './parameter-buffers.ts';
import { type ShardThread, startShardThread } from './shard-thread.ts';

export interface GradientRunnerOptions {
  loss: Loss;
  /** Reads the current set, writes the gradients. */
  buffers: ParameterBuffers;
  /** Drives dropout. */
  random: Random;
  split: BatchSplit;
  threadsPerShard: number;
  /** Prefix of ONNX Runtime's profile of the first shard. */
  profile: string | undefined;
}

export interface Gradients {
  /** Sum over the shards. */
  loss: number;
  /** Names of the parameters on which the loss depends. */
  reached: readonly string[];
  /** A new array with the sum over the shards; undefined for a parameter that is not reached. */
  sumOf(name: string): NamedArray | undefined;
}

export interface GradientRunner {
  /**
   * Leaves the gradients in `buffers.gradients`. Calls must not overlap.
   *
   * @param rows gathered rows of tables, by table name
   * @param training whether dropout is active
   */
  run(batch: Arrays, rows: Arrays, training: boolean): Promise<Gradients>;
  close(): Promise<void>;
}

/**
 * Memory of one shard. The first shard runs on the caller's thread, the others in worker threads.
 */
interface ShardMemory {
  /** Batch and rows, for shards in worker threads. */
  inputs: Arrays;
  outputs: Arrays;
}

interface ShardedGraph extends GradientGraph {
  id: number;
  /** Session and masks of the first shard. */
  session: GraphSession;
  masks: Uint8Array[];
  memory: ShardMemory[];
  /** Of the other shards. */
  threads: ShardThread[];
}

export function createGradientRunner(options: GradientRunnerOptions): GradientRunner {
  const { loss, buffers, random, split, threadsPerShard, profile } = options;
  const { shards } = split;
  const graphs = new Map<string, Promise<ShardedGraph>>();
  let graphCount = 0;
  let threads: ShardThread[] = [];

  async function graphFor(batch: Arrays, rows: Arrays, training: boolean): Promise<ShardedGraph> {
    // Graphs live in the threads. If a thread has ended, all graphs are loaded again.
    if (threads.some(({ alive }) => !alive)) await close();
    const key = `${training} ${signatureKey({ ...batch, ...rows })}`;
    return buildOnce(graphs, key, () => build(batch, rows, training));
  }

  /** @param batch of the first shard; the batches of all shards have the same shapes */
  async function build(batch: Arrays, rows: Arrays, training: boolean): Promise<ShardedGraph> {
    const graph = gradientGraph(loss, { ...buffers.current.parameters, ...rows }, batch, { training, split });
    const { compiled, sites } = graph;
    const id = graphCount++;
    const session = await createSession(compiled, {
      threads: threadsPerShard,
      ...(training && profile !== undefined ? { profile } : {}),
    });
    while (threads.length < shards - 1) threads.push(startShardThread('training step'));
    const inputs = { ...withPrefix('batch', batch), ...withPrefix('parameter', rows) };
    const memory = Array.from({ length: shards }, (_, shard): ShardMemory => {
      const ownInputs = shard === 0 ? {} : mapValues(inputs, ({ shape, dtype }) => sharedArray(shape, dtype));
      return { inputs: ownInputs, outputs: outputsOf(shard, graph, rows) };
    });
    try {
      await Promise.all(
        threads.map((thread, i) =>
          thread.load({
            id,
            onnx: compiled.onnx,
            threads: threadsPerShard,
            feeds: memory[i + 1].inputs,
            sets: buffers.sets.map(({ parameters }) => withPrefix('parameter', parameters)),
            into: memory[i + 1].outputs,
            sites,
          }),
        ),
      );
    } catch (error) {
      await session.close();
      throw error;
    }
    return { ...graph, id, session, masks: sites.map(({ size }) => maskBytes(size)), memory, threads };
  }

  /** Gradients of parameters go into the flat buffers, those of rows into arrays of their own. */
  function outputsOf(shard: number, { reached }: GradientGraph, rows: Arrays): Arrays {
    const views = buffers.views(buffers.gradients[shard]);
    const outputs: Arrays = { loss: sharedArray([], 'float32') };
    for (const name of reached) outputs[`gradient/${name}`] = views[name] ?? sharedArray(rows[name].shape, 'float32');
    return outputs;
  }

  async function run(batch: Arrays, rows: Arrays, training: boolean): Promise<Gradients> {
    const batches = shardsOf(batch, split);
    const graph = await graphFor(batches[0], rows, training);
    const seeds = batches.map(() => graph.sites.map(() => maskSeed(random)));
    const rowFeeds = withPrefix('parameter', rows);
    const running = graph.threads.map((thread, i) => {
      const shard = i + 1;
      copyValues(graph.memory[shard].inputs, { ...withPrefix('batch', batches[shard]), ...rowFeeds });
      return thread.run({ id: graph.id, set: buffers.currentIndex, seeds: seeds[shard] });
    });
    // If one shard fails, the others are still awaited, because they write to shared memory.
    const others = Promise.allSettled(running);
    const feeds = {
      ...withPrefix('batch', batches[0]),
      ...withPrefix('parameter', buffers.current.parameters),
      ...rowFeeds,
      ...masksOf(graph, seeds[0]),
    };
    const first = await Promise.allSettled([graph.session.run(feeds, graph.memory[0].outputs)]);
    for (const outcome of [...first, ...(await others)]) if (outcome.status === 'rejected') throw outcome.reason;
    return gradientsOf(graph);
  }

  async function close(): Promise<void> {
    const open = [...graphs.values()];
    const idle = threads;
    graphs.clear();
    threads = [];
    await Promise.allSettled(open.map(async (pending) => (await pending).session.close()));
    await Promise.allSettled(idle.map((thread) => thread.close()));
  }

  return { run, close };
}

/** Dropout masks of the first shard, as feeds. */
function masksOf({ sites, masks }: ShardedGraph, seeds: readonly number[][]): Arrays {
  const feeds: Arrays = {};
  for (const [i, { name, shape, dropped }] of sites.entries()) {
    fillMask(masks[i], dropped, seeds[i]);
    feeds[name] = namedArray([...shape], masks[i], 'uint8');
  }
  return feeds;
}

function gradientsOf({ memory, reached }: ShardedGraph): Gradients {
  return {
    loss: memory.reduce((sum, { outputs }) => sum + Number(outputs.loss.data[0]), 0),
    reached,
    sumOf(name) {
      if (!reached.includes(name)) return undefined;
      const [first, ...others] = memory.map(({ outputs }) => outputs[`gradient/${name}`]);
      const sum = new Float32Array(first.data as Float32Array);
      for (const { data } of others) for (let i = 0; i < sum.length; i++) sum[i] += (data as Float32Array)[i];
      return namedArray([...first.shape], sum);
    },
  };
}
