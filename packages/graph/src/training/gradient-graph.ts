/**
 * The graph for one shard of a training step: loss and gradients of a part of the batch, which is
 * itself split into micro-batches. The optimiser has a graph of its own (`optimiser-runner.ts`).
 */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { TensorSpec, Tensors } from '../arrays.ts';
import { Graph } from '../compiler/ir.ts';
import { type CompiledGraph, lower } from '../compiler/lower.ts';
import { tensorOf, trace } from '../compiler/trace.ts';
import { errors } from '../errors.ts';
import { tf } from '../tf.ts';
import { type BatchSplit, microBatchesOf } from './batch-split.ts';
import { type DropoutSite, maskedDropout } from './dropout.ts';
import { inference, type Loss, type ModelContext } from './loss.ts';

export interface GradientGraph {
  /**
   * Inputs: `parameter/…`, `batch/…` and the dropout sites. Outputs: `loss`, and `gradient/…` of
   * each reached parameter.
   */
  compiled: CompiledGraph;
  sites: DropoutSite[];
  /** Names of the parameters on which the loss depends. */
  reached: string[];
}

/**
 * @param batch shapes of one shard
 * @param options.training whether dropout is active
 * @throws LorekeepError `GRAPH_BAD_LOSS`, `GRAPH_BAD_OPTION`, and those of compilation
 */
export function gradientGraph(
  loss: Loss,
  parameters: Record<string, TensorSpec>,
  batch: Record<string, TensorSpec>,
  { training, split }: { training: boolean; split: BatchSplit },
): GradientGraph {
  const names = Object.keys(parameters);
  if (names.length === 0) throw errors.GRAPH_BAD_OPTION({ name: 'parameters', problem: 'names no parameter' });
  const graph = new Graph();
  const inputs = (prefix: string, specs: Record<string, TensorSpec>) =>
    Object.entries(specs).map(
      ([name, { shape, dtype = 'float32' }]) => [name, graph.input(`${prefix}/${name}`, shape, dtype)] as const,
    );
  const parameterValues = inputs('parameter', parameters);
  const batchValues = inputs('batch', batch);
  const sites: DropoutSite[] = [];
  const context: ModelContext = training
    ? { training, dropout: (x, rate) => maskedDropout(graph, sites, x, rate) }
    : inference;
  const differentiate = (): Tensors => {
    const batchTensors = Object.fromEntries(batchValues.map(([name, value]) => [name, tensorOf(value)]));
    const parameterTensors = parameterValues.map(([, value]) => tensorOf(value));
    const forward = () => {
      const named = Object.fromEntries(names.map((name, i) => [name, parameterTensors[i]]));
      const parts = microBatchesOf(batchTensors, split);
      const losses = parts.map((part) => checkedLoss(loss(named, part, context)));
      const sum = losses.length === 1 ? losses[0] : tf.addN(losses);
      return tf.mul(sum, 1 / split.shards / split.microBatches) as Scalar;
    };
    const { value, grads } = tf.engine().gradients(forward, parameterTensors, undefined, true);
    const outputs: Tensors = { loss: value };
    for (const [i, gradient] of grads.entries()) if (gradient) outputs[`gradient/${names[i]}`] = gradient;
    return outputs;
  };
  const outputs = trace(graph, differentiate, {});
  const reached = names.filter((name) => `gradient/${name}` in outputs);
  if (reached.length === 0) throw errors.GRAPH_BAD_LOSS({ problem: 'depends on no parameter' });
  return { compiled: lower(graph, outputs, 'training step'), sites, reached };
}

function checkedLoss(value: Tensor): Scalar {
  if (!(value instanceof tf.Tensor)) throw errors.GRAPH_BAD_LOSS({ problem: 'is not a tensor' });
  const { shape, dtype } = value as Tensor;
  if (shape.length !== 0 || dtype !== 'float32')
    throw errors.GRAPH_BAD_LOSS({ problem: `is ${dtype} of shape [${shape}], not a float32 scalar` });
  return value as Scalar;
}
