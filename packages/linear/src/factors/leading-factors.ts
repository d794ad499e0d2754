/**
 * The linear model without an items × items matrix. With the leading eigenpairs (μ, Q) of
 * A = XᵀX + β·C·Cᵀ and F = Q·√(μ/(μ + λ)), P ≈ (I − F·Fᵀ)/λ, so that for i ≠ h
 *
 *     B[h, i] = −P_hi / P_ii ≈ F_h · F_i / (1 − ‖F_i‖²):
 *
 * This is the inner product of F_h, which a user tower can sum over the history, with an item vector
 * whose norm carries confidence. The eigenpairs come from randomised subspace iteration (Halko,
 * Martinsson & Tropp 2011), which only multiplies A by thin matrices, user by user and text by
 * text. Time and memory grow with items × width, so millions of items are possible. Towers start
 * from these factors.
 */
import type { Random } from '@lorekeep/core';
import type { GramSettings, Interactions } from '../solve/gram.ts';
import { orthonormal, sortedEigen, type Thin } from './thin-matrices.ts';

/** Columns of the subspace beyond the rank. */
export const OVERSAMPLING = 24;

export interface Factors {
  /** `[items, width]`, F. */
  values: Float32Array;
  width: number;
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
function gramTimes({ offsets, rows, values }: Interactions, y: Float32Array, width: number): Float32Array {
  const result = new Float32Array(y.length);
  const sum = new Float32Array(width);
  for (let user = 0; user + 1 < offsets.length; user++) {
    sum.fill(0);
    for (let entry = offsets[user]; entry < offsets[user + 1]; entry++) {
      const value = values?.[entry] ?? 1;
      for (let k = 0, at = rows[entry] * width; k < width; k++, at++) sum[k] += value * y[at];
    }
    for (let entry = offsets[user]; entry < offsets[user + 1]; entry++) {
      const value = values?.[entry] ?? 1;
      for (let k = 0, at = rows[entry] * width; k < width; k++, at++) result[at] += value * sum[k];
    }
  }
  return result;
}
