/**
 * The closed-form start of the towers: the linear item–item model EASE (Steck, WWW 2019), with the
 * content vectors in its Gram matrix, factored into two towers,
 *
 *     score(history → i) = Σ_h recency^age(h) · B[h, i],   B = offdiagonal(Q·e·Qᵀ),   e = μ / (μ + λ).
 *
 * Here (μ, Q) are the eigenpairs of A = XᵀX + β·C·Cᵀ, X [users × items] the training events and
 * C [items × contentDim] the centred content vectors. (EASE is I − P·diag(P)⁻¹ with
 * P = (A + λI)⁻¹. If diag(P) hardly varies, as in a sparse log, that is B up to a factor.) Two
 * towers score by inner products of `dim` numbers, so B must be factored:
 *
 * 1. The leading eigenpairs of A give factors F with F·Fᵀ ≈ Q·e·Qᵀ.
 * 2. F·Fᵀ itself would rank every history item first, because nothing is as similar to an item as
 *    the item itself; B has zeros there. So T = F·Fᵀ − diag(t) is factored instead, and t is raised
 *    until the diagonal of the factorisation is near zero. The eigenvalues of T have both signs: B
 *    ≈ (V·Λ)·Vᵀ. The vector of an item is x = V·√|Λ|, and the user tower flips the signs of some
 *    dimensions (`mix`). This lets it prefer the neighbours of an item to the item. On Scientific
 *    (validation, 256 dimensions, nothing trained) it raises NDCG@10 from .064 to .08.
 * 3. Ridge regression of x on the text gives the content path, x = C·W + E. The residual E, which
 *    text does not explain, is the start of the ID table.
 *
 * The eigenpairs come from randomised subspace iteration (Halko, Martinsson & Tropp 2011). It only
 * multiplies A and T by thin matrices, so no items × items matrix is ever formed.
 */
import { noProgress, type Random, type RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import {
  createThin,
  type Factors,
  interactionsOf,
  inverseCholesky,
  leadingFactors,
  OVERSAMPLING,
  orthonormal,
  sortedEigen,
  type Thin,
} from '@lorekeep/linear';

/** λ and β. Three times more or less of either changes validation NDCG@10 by less than 3 %. */
const REGULARISATION = 300;
const CONTENT_WEIGHT = 10;
/** λ without text: less regularisation is needed then. */
const REGULARISATION_WITHOUT_CONTENT = 100;
/** The weight of an event is this to the power of the number of events after it. */
export const RECENCY = 0.8;
/** Regularisation of the regression of item vectors on text. */
const RIDGE = 1;
/** Number of columns of F, as a multiple of `dim`. */
const FACTOR_RATIO = 2;
const FACTOR_ITERATIONS = 4;
const DIAGONAL_ROUNDS = 5;
/**
 * The leverage of an item is the squared length of its row in the basis of the factorisation. If it
 * is small, the diagonal changes little with t, so t is raised by more: the step is divided by the
 * leverage, or by this value if the leverage is below it.
 */
const MIN_LEVERAGE = 0.5;

export interface Start {
  /** W, `[contentDim, dim]`; empty without content. */
  linear: Float32Array;
  /** E, `[items, dim]` */
  table: Float32Array;
  /**
   * `[dim, dim]`: 0 on the diagonal keeps the sign of a dimension, −2 flips it; s + s·mix is read.
   */
  mix: Float32Array;
}

export interface StartContext extends RunContext {
  /** Default: all cores. */
  threads?: number;
}

/**
 * Reports progress as stage `'start'`, unit `'rounds'`. The signal is checked between rounds.
 *
 * @param content `[items, contentDim]` centred rows, `undefined` without content
 * @param random for the first basis of the subspace iteration
 * @returns vectors scaled so that the mean squared length of the rows of `C·W + E` is 1; dimensions
 *   beyond the rank of the data are zero
 * @throws LorekeepError what the graph runtime throws; `signal.reason` if stopped
 */
export async function closedFormStart(
  split: Split,
  content: Float32Array | undefined,
  contentDim: number,
  dim: number,
  random: Random,
  { progress = noProgress, signal, threads }: StartContext = {},
): Promise<Start> {
  const total = FACTOR_ITERATIONS + DIAGONAL_ROUNDS + 1;
  let done = 0;
  const round = () => {
    signal?.throwIfAborted();
    progress({ stage: 'start', done: done++, total, unit: 'rounds', note: 'solving the linear model' });
  };
  const items = split.log.itemIds.length;
  const lambda = content === undefined ? REGULARISATION_WITHOUT_CONTENT : REGULARISATION;
  const algebra = createThin(threads);
  try {
    const settings = { lambda, beta: CONTENT_WEIGHT };
    const width = Math.min(items, FACTOR_RATIO * dim + OVERSAMPLING);
    const factors = await leadingFactors(
      interactionsOf(split),
      content,
      settings,
      width,
      FACTOR_ITERATIONS,
      random,
      algebra,
      round,
    );
    const { vectors, signs } = await offDiagonalFactors(factors, items, dim, algebra, round);
    signal?.throwIfAborted();
    progress({ stage: 'start', done: total, total, unit: 'rounds', note: 'solving the linear model' });
    const linear =
      content === undefined ? new Float32Array(0) : await regress(content, vectors, items, contentDim, dim, algebra);
    if (content !== undefined) {
      const explained = await algebra.multiply(content, linear, items, contentDim, dim);
      for (let i = 0; i < vectors.length; i++) vectors[i] -= explained[i];
    }
    const mix = new Float32Array(dim * dim);
    for (let k = 0; k < dim; k++) mix[k * dim + k] = signs[k] < 0 ? -2 : 0;
    return { linear, table: vectors, mix };
  } finally {
    await algebra.close();
  }
}

/**
 * Step 2: vectors x and signs with Σ_k signs_k·x_ik·x_jk ≈ F_i·F_j for i ≠ j, and ≈ 0 for i = j.
 *
 * @returns `vectors [items, dim]`, `signs [dim]` (only the sign of each value counts)
 */
async function offDiagonalFactors(
  { values: f, width: inner }: Factors,
  items: number,
  dim: number,
  thin: Thin,
  startRound: () => void,
): Promise<{ vectors: Float32Array; signs: Float64Array }> {
  const { multiply, cross } = thin;
  const width = Math.min(inner, dim + OVERSAMPLING);
  const rank = Math.min(dim, width);
  /** t, `[items]`; it starts at the diagonal of F·Fᵀ. */
  const t = new Float32Array(items);
  for (let row = 0; row < items; row++) for (let k = 0, at = row * inner; k < inner; k++, at++) t[row] += f[at] * f[at];
  /** T·y */
  const times = async (y: Float32Array) => {
    const result = await multiply(f, await cross(f, y, items, inner, width), items, inner, width);
    for (let row = 0; row < items; row++)
      for (let k = 0, at = row * width; k < width; k++, at++) result[at] -= t[row] * y[at];
    return result;
  };
  let basis = new Float32Array(items * width);
  for (let row = 0; row < items; row++) basis.set(f.subarray(row * inner, row * inner + width), row * width);
  basis = await orthonormal(basis, items, width, thin);
  for (let round = 0; ; round++) {
    startRound();
    for (let iteration = 0; iteration < (round === 0 ? 3 : 1); iteration++)
      basis = await orthonormal(await times(basis), items, width, thin);
    const { values, columns } = sortedEigen(
      await cross(basis, await times(basis), items, width, width),
      width,
      Math.abs,
    );
    basis = (await multiply(basis, columns, items, width, width)) as Float32Array<ArrayBuffer>;
    if (round === DIAGONAL_ROUNDS) {
      const signs = Float64Array.from({ length: dim }, (_, k) => (k < rank ? values[k] : 0));
      return { vectors: scaledVectors(basis, values, items, width, dim, rank), signs };
    }
    raiseDiagonal(t, basis, values, width, rank);
  }
}

/**
 * Adds to t what the factorisation still has on its diagonal.
 *
 * @param basis `[items, width]` eigenvectors as columns, with their `values`
 */
function raiseDiagonal(t: Float32Array, basis: Float32Array, values: Float64Array, width: number, rank: number): void {
  for (let row = 0; row < t.length; row++) {
    let diagonal = 0;
    let leverage = 0;
    for (let k = 0, at = row * width; k < rank; k++, at++) {
      diagonal += values[k] * basis[at] * basis[at];
      leverage += basis[at] * basis[at];
    }
    t[row] += diagonal / Math.max(leverage, MIN_LEVERAGE);
  }
}

/** V·√|Λ|, `[items, dim]`, scaled to a mean squared row length of 1. */
function scaledVectors(
  basis: Float32Array,
  values: Float64Array,
  items: number,
  width: number,
  dim: number,
  rank: number,
): Float32Array {
  const vectors = new Float32Array(items * dim);
  let sum = 0;
  for (let k = 0; k < rank; k++) sum += Math.abs(values[k]);
  for (let k = 0; k < rank; k++) {
    const factor = sum > 0 ? Math.sqrt((Math.abs(values[k]) * items) / sum) : 0;
    for (let row = 0; row < items; row++) vectors[row * dim + k] = basis[row * width + k] * factor;
  }
  return vectors;
}

/** Step 3: W of the ridge regression `vectors ≈ content · W`. */
async function regress(
  content: Float32Array,
  vectors: Float32Array,
  items: number,
  contentDim: number,
  dim: number,
  { multiply, cross }: Thin,
): Promise<Float32Array> {
  const gram = await cross(content, content, items, contentDim, contentDim);
  for (let k = 0; k < contentDim; k++) gram[k * contentDim + k] += RIDGE;
  const inverse = inverseCholesky(gram, contentDim);
  const right = await cross(content, vectors, items, contentDim, dim);
  // G = RᵀR, so W = R⁻¹·R⁻ᵀ·right.
  return multiply(inverse, await cross(inverse, right, contentDim, contentDim, dim), contentDim, contentDim, dim);
}
