/**
 * The graph of one share of a training step: loss and gradients of a part of the batch, that part itself cut into
 * micro-batches. What the optimiser makes of the gradients is a graph of its own (adamw.ts).
 */
import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { Arrays, TensorSpec, Tensors } from '../arrays.ts';
import { type CompiledGraph, lower, tensorOf, traced } from '../compiler/compile.ts';
import { Graph, type Value } from '../compiler/ir.ts';
import { badFeed, badLoss, badOption } from '../errors.ts';
import { tf } from '../tf.ts';
import { type DropoutSite, maskedDropout } from './dropout.ts';

/** What a model is told about the run it is part of. */
export interface ModelContext {
  readonly training: boolean;
  /** Zeroes elements with probability `rate` (to the nearest 1/256) and scales the rest; `x` itself outside training. */
  dropout(x: Tensor, rate: number): Tensor;
}

/** The context for everything but training: no dropout. */
export const inference: ModelContext = { training: false, dropout: (x) => x };

/** The mean loss of a batch, a float32 scalar: a pure function of tensors, written with tfjs. */
export type Loss = (parameters: Tensors, batch: Tensors, context: ModelContext) => Tensor;

export interface GradientGraph {
  /** Inputs `parameter/…`, `batch/…` and the dropout sites; outputs `loss` and `gradient/…` of what it depends on. */
  compiled: CompiledGraph;
  sites: DropoutSite[];
  /** Parameters that the loss reaches. */
  reached: string[];
}

/**
 * @param batch of one share
 * @param parts micro-batches that are computed one after another
 * @param scale on loss and gradients: 1 over the number of shares
 * @param whole batch arrays that every part reads whole
 * @throws LorekeepError `GRAPH_BAD_LOSS`, and what compiling throws
 */
export function gradientGraph(
  loss: Loss,
  parameters: Record<string, TensorSpec>,
  batch: Record<string, TensorSpec>,
  { training, parts, scale, whole }: { training: boolean; parts: number; scale: number; whole: ReadonlySet<string> },
): GradientGraph {
  const names = Object.keys(parameters);
  if (names.length === 0) throw badOption('parameters', 'names no parameter');
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
  const outputs = traced(
    graph,
    () => {
      const given = Object.fromEntries(batchValues.map(([name, value]) => [name, tensorOf(value)]));
      const own = parameterValues.map(([, value]) => tensorOf(value));
      const forward = () => {
        const named = Object.fromEntries(names.map((name, i) => [name, own[i]]));
        const losses = partsOf(given, parts, whole).map((part) => checkedLoss(loss(named, part, context)));
        const sum = losses.length === 1 ? losses[0] : tf.addN(losses);
        return tf.mul(sum, scale / parts) as Scalar;
      };
      const { value, grads } = tf.engine().gradients(forward, own, undefined, true);
      const found: Tensors = { loss: value };
      for (const [i, gradient] of grads.entries()) if (gradient) found[`gradient/${names[i]}`] = gradient;
      return found;
    },
    {},
  );
  const reached = names.filter((name) => `gradient/${name}` in outputs);
  if (reached.length === 0) throw badLoss('depends on no parameter');
  return { compiled: lower(graph, outputs as Record<string, Value>, 'training step'), sites, reached };
}

function partsOf(batch: Tensors, parts: number, whole: ReadonlySet<string>): Tensors[] {
  if (parts === 1) return [batch];
  return Array.from({ length: parts }, (_, part) =>
    Object.fromEntries(
      Object.entries(batch).map(([name, array]) => {
        if (whole.has(name)) return [name, array];
        const rows = array.shape[0] / parts;
        return [name, tf.slice(array, [part * rows], [rows])];
      }),
    ),
  );
}

function checkedLoss(value: Tensor): Scalar {
  if (!(value instanceof tf.Tensor)) throw badLoss('is not a tensor');
  if (value.shape.length !== 0 || value.dtype !== 'float32')
    throw badLoss(`is ${value.dtype} of shape [${value.shape}], not a float32 scalar`);
  return value as Scalar;
}

/**
 * Share number `share` of every array: views of its rows, or the whole of it.
 *
 * @throws LorekeepError `GRAPH_BAD_FEED` where `shares · parts` does not divide the rows
 */
export function shareOf(
  batch: Arrays,
  share: number,
  shares: number,
  parts: number,
  whole: ReadonlySet<string>,
): Arrays {
  const own: Arrays = {};
  for (const [name, array] of Object.entries(batch)) {
    if (whole.has(name) || shares * parts === 1) {
      own[name] = array;
      continue;
    }
    const { shape, dtype, data } = array;
    const rows = shape[0] ?? 0;
    if (rows === 0 || rows % (shares * parts) !== 0)
      throw badFeed(name, `of shape [${shape}] cannot be cut into ${shares} × ${parts} equal parts`);
    const size = data.length / shares;
    own[name] = {
      shape: [rows / shares, ...shape.slice(1)],
      dtype,
      data: data.subarray(share * size, (share + 1) * size),
    };
  }
  return own;
}
