/**
 * The linear model as two towers, without an items × items matrix. With the leading eigenpairs (μ,
 * Q) of A = XᵀX + β·C·Cᵀ and F = Q·√(μ/(μ + λ)), P ≈ (I − F·Fᵀ)/λ, so that for i ≠ h
 *
 *     B[h, i] = −P_hi / P_ii ≈ F_h · F_i / (1 − ‖F_i‖²):
 *
 * This is the inner product of F_h, which the user tower sums over the history, with an item vector
 * whose norm carries confidence. The eigenpairs come from randomised subspace iteration (Halko,
 * Martinsson & Tropp 2011), which only multiplies A by thin matrices, user by user and text by
 * text. Time and memory grow with items × rank, so millions of items are possible.
 */
import { createRandom, noProgress, optionErrors, type Random, type RunContext } from '@lorekeep/core';
import type { GramSettings, Interactions } from '../solve/gram.ts';
import { createThin, orthonormal, sortedEigen, type Thin } from './thin-matrices.ts';

/** Columns of the subspace beyond the rank. */
export const OVERSAMPLING = 24;
/**
 * Passes of subspace iteration. The spectrum is flat, so many are needed: on `amazon14-office`,
 * rank 128, 4 passes reach NDCG@10 .038 and 12 reach .047.
 */
const PASSES = 12;
/** Lower bound of 1 − ‖F_i‖², so that rounding does not give an item infinite confidence. */
const MIN_SLACK = 1e-3;

export interface Factors {
  /** `[items, width]`, F. */
  values: Float32Array;
  width: number;
}

export interface TwinFactors {
  rank: number;
  /** `[items × rank]` F, which is summed over a history. */
  inputs: Float32Array;
  /** `[items × rank]` item vectors, for an index. */
  vectors: Float32Array;
}

export interface TwinOptions extends RunContext {
  /** From 1 to 2048. The number of items is an upper bound. */
  rank: number;
  /** Default 42. */
  seed?: number;
  /** Default: all cores. */
  threads?: number;
}

/**
 * Progress is reported as stage `'solve'`, unit `'rounds'`; the signal is checked between rounds.
 *
 * @param content `[items × contentDim]` centred, `undefined` without content
 * @throws LorekeepError `OPTION_INVALID` for a rank out of its range
 */
export async function twinFactors(
  interactions: Interactions,
  content: Float32Array | undefined,
  settings: GramSettings,
  { rank: requestedRank, seed = 42, threads, progress = noProgress, signal }: TwinOptions,
): Promise<TwinFactors> {
  if (!Number.isInteger(requestedRank) || requestedRank < 1 || requestedRank > 2048)
    throw optionErrors.OPTION_INVALID({ name: 'rank', value: requestedRank, allowed: 'a whole number from 1 to 2048' });
  const { items } = interactions;
  const rank = Math.min(requestedRank, items);
  const width = Math.min(items, rank + OVERSAMPLING);
  const total = PASSES;
  let done = 0;
  const round = () => {
    signal?.throwIfAborted();
    progress({ stage: 'solve', done: done++, total, unit: 'rounds' });
  };
  const thin = createThin(threads);
  try {
    const { values } = await leadingFactors(
      interactions,
      content,
      settings,
      width,
      PASSES,
      createRandom(seed),
      thin,
      round,
    );
    signal?.throwIfAborted();
    progress({ stage: 'solve', done: total, total, unit: 'rounds' });
    return twinsOf(values, items, width, rank);
  } finally {
    await thin.close();
  }
}

/** @param values `[items, width]` F, of which the first `rank` columns are used */
function twinsOf(values: Float32Array, items: number, width: number, rank: number): TwinFactors {
  const inputs = new Float32Array(items * rank);
  const vectors = new Float32Array(items * rank);
  for (let row = 0; row < items; row++) {
    let squared = 0;
    for (let k = 0; k < rank; k++) squared += values[row * width + k] ** 2;
    const scale = 1 / Math.max(1 - squared, MIN_SLACK);
    for (let k = 0; k < rank; k++) {
      inputs[row * rank + k] = values[row * width + k];
      vectors[row * rank + k] = values[row * width + k] * scale;
    }
  }
  return { rank, inputs, vectors };
}

/**
 * F = Q·√(μ/(μ + λ)) from the leading eigenpairs (μ, Q) of A. With all eigenpairs,
 * P = (I − F·Fᵀ)/λ.
 *
 * @param content `[items × contentDim]` centred, `undefined` without content
 * @param width columns of F, at most `items`
 * @param passes number of passes of subspace iteration
 * @param round called before each pass
 */
export async function leadingFactors(
  interactions: Interactions,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  width: number,
  passes: number,
  random: Random,
  thin: Thin,
  round: () => void,
): Promise<Factors> {
  const { items } = interactions;
  const { multiply, cross } = thin;
  const contentDim = content === undefined ? 0 : content.length / items;
  const times = async (y: Float32Array) => {
    const sum = gramTimes(interactions, y, width);
    if (content === undefined) return sum;
    const text = await multiply(content, await cross(content, y, items, contentDim, width), items, contentDim, width);
    for (let i = 0; i < sum.length; i++) sum[i] += beta * text[i];
    return sum;
  };
  let basis = new Float32Array(items * width);
  for (let i = 0; i < basis.length; i++) basis[i] = random.normal();
  basis = await orthonormal(basis, items, width, thin);
  for (let iteration = 0; iteration < passes; iteration++) {
    round();
    const next = await times(basis);
    // A + λI is positive definite, so the columns stay independent for any rank of A.
    for (let i = 0; i < next.length; i++) next[i] += lambda * basis[i];
    basis = await orthonormal(next, items, width, thin);
  }
  const { values, columns } = sortedEigen(await cross(basis, await times(basis), items, width, width), width, (v) => v);
  const floor = 1e-6 * Math.max(values[0], 0);
  for (let k = 0; k < width; k++) {
    const factor = values[k] > floor ? Math.sqrt(values[k] / (values[k] + lambda)) : 0;
    for (let row = 0; row < width; row++) columns[row * width + k] *= factor;
  }
  return { values: await multiply(basis, columns, items, width, width), width };
}

/** XᵀX·Y, user by user. */
function gramTimes({ offsets, rows }: Interactions, y: Float32Array, width: number): Float32Array {
  const result = new Float32Array(y.length);
  const sum = new Float32Array(width);
  for (let user = 0; user + 1 < offsets.length; user++) {
    const own = rows.subarray(offsets[user], offsets[user + 1]);
    sum.fill(0);
    for (const item of own) for (let k = 0, at = item * width; k < width; k++, at++) sum[k] += y[at];
    for (const item of own) for (let k = 0, at = item * width; k < width; k++, at++) result[at] += sum[k];
  }
  return result;
}
