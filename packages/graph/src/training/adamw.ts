/**
 * AdamW (Loshchilov & Hutter, 2019) with clipping by global norm, as graph operations: the part of
 * a training step that follows the gradients of all shards. The scalars (schedule, bias
 * corrections) are computed in float64, because 1 − β₂ᵗ loses half its digits in float32 in the
 * first steps. Everything of the size of a parameter is float32.
 *
 * Passes over memory dominate the cost, so the update is arranged for few of them:
 *
 *   m ← β₁ m + (1−β₁) c g,  v ← β₂ v + (1−β₂) (c g)²,
 *   p ← p (1 − η λ) − η √(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε √(1−β₂ᵗ))
 *
 * with c = min(1, clip / (‖g‖ + 1e−6)). The result is that of PyTorch's `AdamW` after
 * `clip_grad_norm_`.
 */
import type { Graph, Value } from '../compiler/ir.ts';
import { binary, cast, reduce, reshape, unary, where } from '../compiler/operations.ts';
import { errors } from '../errors.ts';

export type Schedule =
  | { kind: 'constant' }
  /**
   * Linear from 0 to the learning rate over `warmupSteps`, then half a cosine down to `floor` × it
   * at `totalSteps`.
   */
  | { kind: 'cosine'; warmupSteps: number; totalSteps: number /** Default .05. */; floor?: number };

export interface AdamWOptions {
  /** η, the maximum of the schedule. */
  learningRate: number;
  /** Default .9. */
  beta1?: number;
  /** Default .98, as in the LEARN paper. */
  beta2?: number;
  /** Default 1e-8. */
  epsilon?: number;
  /** λ, decoupled from the gradient. Default .01. */
  weightDecay?: number;
  /**
   * Whether weight decay applies to a parameter. Default: to rank 2 and more (no biases, no gains).
   */
  decays?: (name: string, shape: readonly number[]) => boolean;
  /** Limit of the global gradient norm; `Infinity` switches clipping off. Default 1. */
  clipNorm?: number;
  /** Default constant. */
  schedule?: Schedule;
}

export const ADAMW_DEFAULTS = { beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };

/** @throws LorekeepError `GRAPH_BAD_OPTION` */
export function checkAdamW(options: AdamWOptions): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, clipNorm, schedule } = { ...ADAMW_DEFAULTS, ...options };
  const check = (name: string, value: number, fits: boolean, wanted: string) => {
    if (!fits) throw errors.GRAPH_BAD_OPTION({ name: `optimiser.${name}`, problem: `must be ${wanted}, not ${value}` });
  };
  check('learningRate', learningRate, learningRate >= 0 && Number.isFinite(learningRate), 'a number from 0');
  check('beta1', beta1, beta1 >= 0 && beta1 < 1, 'in [0, 1)');
  check('beta2', beta2, beta2 >= 0 && beta2 < 1, 'in [0, 1)');
  check('epsilon', epsilon, epsilon > 0, 'above 0');
  check('weightDecay', weightDecay, weightDecay >= 0, 'at least 0');
  check('clipNorm', clipNorm, clipNorm > 0, 'above 0');
  if (schedule?.kind === 'cosine') {
    const { warmupSteps, totalSteps, floor = 0.05 } = schedule;
    check('schedule.warmupSteps', warmupSteps, Number.isInteger(warmupSteps) && warmupSteps >= 0, 'an integer from 0');
    check('schedule.totalSteps', totalSteps, totalSteps > warmupSteps, 'above warmupSteps');
    check('schedule.floor', floor, floor >= 0 && floor <= 1, 'in [0, 1]');
  }
}

/** c: the factor that reduces the global gradient norm to `clipNorm`, at most 1. */
export function clipFactor(gradientNorm: number, options: AdamWOptions): number {
  const { clipNorm } = { ...ADAMW_DEFAULTS, ...options };
  return Math.min(1, clipNorm / (gradientNorm + 1e-6));
}

/** Adjacent parameters that are updated in the same way: one array `[n]`, n a multiple of 64. */
export interface OptimiserSegment {
  parameter: Value;
  m: Value;
  v: Value;
  /** One per shard. Their sum is the gradient. */
  gradients: Value[];
  decays: boolean;
}

/**
 * @param step number of completed steps, float32 scalar (exact up to 16 million)
 * @param outside squared norm of the gradients that are applied elsewhere (sparse rows), float32
 *   scalar
 * @returns the updated segments, the global norm before clipping, and η of this step
 */
export function adamWStep(
  graph: Graph,
  step: Value,
  outside: Value,
  segments: readonly OptimiserSegment[],
  options: AdamWOptions,
) {
  const { beta1, beta2, epsilon, weightDecay, clipNorm } = { ...ADAMW_DEFAULTS, ...options };
  const number = (value: number) => graph.uniform([], value, 'float64');
  const add = (a: Value, b: Value) => binary(graph, 'Add', a, b);
  const subtract = (a: Value, b: Value) => binary(graph, 'Sub', a, b);
  const multiply = (a: Value, b: Value) => binary(graph, 'Mul', a, b);
  const divide = (a: Value, b: Value) => binary(graph, 'Div', a, b);
  const single = (value: Value) => cast(graph, value, 'float32');

  const t = add(cast(graph, step, 'float64'), number(1));
  const rate = learningRateAt(graph, step, options);
  const correction1 = subtract(number(1), binary(graph, 'Pow', number(beta1), t));
  const correction2 = unary(graph, 'Sqrt', subtract(number(1), binary(graph, 'Pow', number(beta2), t)));
  const stepSize = single(divide(multiply(rate, correction2), correction1));
  const stepEpsilon = single(multiply(correction2, number(epsilon)));
  const keep = single(subtract(number(1), multiply(rate, number(weightDecay))));

  const summed = segments.map(({ gradients }) => gradients.reduce(add));
  const squares = summed.map((gradient) => sumOfSquares(graph, gradient));
  const norm = unary(graph, 'Sqrt', squares.reduce(add, cast(graph, outside, 'float64')));
  const clip = Number.isFinite(clipNorm)
    ? binary(graph, 'Min', divide(number(clipNorm), add(norm, number(1e-6))), number(1))
    : number(1);
  const intoM = single(multiply(clip, number(1 - beta1)));
  const intoV = single(multiply(multiply(clip, clip), number(1 - beta2)));
  const decay1 = graph.uniform([], beta1, 'float32');
  const decay2 = graph.uniform([], beta2, 'float32');

  const next = segments.map(({ parameter, m, v, decays }, i) => {
    const nextM = add(multiply(m, decay1), multiply(summed[i], intoM));
    const nextV = add(multiply(v, decay2), multiply(multiply(summed[i], summed[i]), intoV));
    const direction = divide(nextM, add(unary(graph, 'Sqrt', nextV), stepEpsilon));
    const kept = weightDecay > 0 && decays ? multiply(parameter, keep) : parameter;
    return { parameter: subtract(kept, multiply(direction, stepSize)), m: nextM, v: nextV };
  });
  return { next, gradientNorm: single(norm), learningRate: single(rate) };
}

/** Sums rows of 64 in float32 and their sums in float64: millions of squares lose no digits. */
function sumOfSquares(graph: Graph, x: Value): Value {
  const rows = reduce(graph, 'ReduceSumSquare', reshape(graph, x, [x.shape[0] / 64, 64]), [1], false);
  return reduce(graph, 'ReduceSum', cast(graph, rows, 'float64'), [0], false);
}

/** η after `step` completed steps, float64 scalar. */
function learningRateAt(
  graph: Graph,
  step: Value,
  { learningRate, schedule = { kind: 'constant' } }: AdamWOptions,
): Value {
  const number = (value: number) => graph.uniform([], value, 'float64');
  if (schedule.kind === 'constant') return number(learningRate);
  const { warmupSteps, totalSteps, floor = 0.05 } = schedule;
  const now = cast(graph, step, 'float64');
  const rising = binary(
    graph,
    'Mul',
    binary(graph, 'Add', now, number(1)),
    number(learningRate / Math.max(1, warmupSteps)),
  );
  const past = binary(graph, 'Div', binary(graph, 'Sub', now, number(warmupSteps)), number(totalSteps - warmupSteps));
  const progress = binary(graph, 'Min', binary(graph, 'Max', past, number(0)), number(1));
  const cosine = unary(graph, 'Cos', binary(graph, 'Mul', progress, number(Math.PI)));
  const half = (learningRate * (1 - floor)) / 2;
  const falling = binary(graph, 'Add', binary(graph, 'Mul', cosine, number(half)), number(half + learningRate * floor));
  return where(graph, binary(graph, 'Less', now, number(warmupSteps), 'bool'), rising, falling);
}
