/** Runs the optimiser's graph over the parameter buffers. */
import { type Arrays, namedArray } from '../arrays.ts';
import { Graph, type Value } from '../compiler/ir.ts';
import { lower } from '../compiler/lower.ts';
import { buildOnce } from '../runtime/build-once.ts';
import { createSession, type GraphSession } from '../runtime/session.ts';
import { type AdamWOptions, adamWStep } from './adamw.ts';
import { KINDS, type ParameterBuffers } from './parameter-buffers.ts';
import type { Segment } from './parameter-layout.ts';

interface OptimiserGraph {
  session: GraphSession;
  /** Segments that the graph updates. */
  segments: Segment[];
  /** Segments that keep their values. */
  others: Segment[];
}

export interface OptimiserStep {
  /** Number of completed steps. */
  step: number;
  /** Squared norm of the gradients of sparse rows, which are applied elsewhere. */
  outside: number;
  /** Names of the parameters that have gradients. */
  reached: readonly string[];
}

export interface OptimiserRunner {
  /**
   * Reads gradients and the current buffers, and writes the next buffers. The caller swaps them.
   *
   * @returns the global gradient norm before clipping, and the learning rate
   */
  run(step: OptimiserStep): Promise<{ gradientNorm: number; learningRate: number }>;
  close(): Promise<void>;
}

/** @param threads of the session */
export function createOptimiserRunner(
  buffers: ParameterBuffers,
  options: AdamWOptions,
  threads: number,
): OptimiserRunner {
  /** By the names of the reached parameters. */
  const graphs = new Map<string, Promise<OptimiserGraph>>();

  async function build(reached: readonly string[]): Promise<OptimiserGraph> {
    const { segments, others } = buffers.segmentsOf(new Set(reached));
    const graph = new Graph();
    const step = graph.input('step', [], 'float32');
    const outside = graph.input('outside', [], 'float32');
    const inputs = segments.map(({ begin, end, decays }, i) => {
      const input = (kind: string) => graph.input(`${kind}/${i}`, [end - begin], 'float32');
      const gradients = buffers.gradients.map((_, shard) => input(`gradient${shard}`));
      return { parameter: input('parameter'), m: input('m'), v: input('v'), gradients, decays };
    });
    const { next, gradientNorm, learningRate } = adamWStep(graph, step, outside, inputs, options);
    const outputs: Record<string, Value> = { gradientNorm, learningRate };
    for (const [i, values] of next.entries()) for (const kind of KINDS) outputs[`next/${kind}/${i}`] = values[kind];
    return { session: await createSession(lower(graph, outputs, 'optimiser'), { threads }), segments, others };
  }

  return {
    async run({ step, outside, reached }) {
      const { session, segments, others } = await buildOnce(graphs, JSON.stringify(reached), () => build(reached));
      const { current, next } = buffers;
      const feeds: Arrays = {
        step: namedArray([], Float32Array.of(step)),
        outside: namedArray([], Float32Array.of(outside)),
      };
      const into: Arrays = {};
      for (const [i, { begin, end }] of segments.entries()) {
        const view = (data: Float32Array) => namedArray([end - begin], data.subarray(begin, end));
        for (const [shard, gradient] of buffers.gradients.entries()) feeds[`gradient${shard}/${i}`] = view(gradient);
        for (const kind of KINDS) {
          feeds[`${kind}/${i}`] = view(current.flat[kind]);
          into[`next/${kind}/${i}`] = view(next.flat[kind]);
        }
      }
      const results = await session.run(feeds, into);
      for (const { begin, end } of others)
        for (const kind of KINDS) next.flat[kind].set(current.flat[kind].subarray(begin, end), begin);
      return {
        gradientNorm: Number(results.gradientNorm.data[0]),
        learningRate: Number(results.learningRate.data[0]),
      };
    },
    async close() {
      const open = [...graphs.values()];
      graphs.clear();
      await Promise.allSettled(open.map(async (pending) => (await pending).session.close()));
    },
  };
}
