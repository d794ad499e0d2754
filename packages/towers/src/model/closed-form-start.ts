/**
 * Where the towers begin: the linear item–item model EASE (Steck, WWW 2019) with the text vectors in its Gram matrix,
 *
 *     score(history → i) = Σ_h recency^age(h) · B[h, i],   B = offdiagonal(Q·e·Qᵀ),   e = μ / (μ + λ),
 *
 * (μ, Q) being the eigenpairs of A = XᵀX + β·C·Cᵀ, X [users × items] training events, C [items × contentDim] centred text
 * vectors. (EASE is I − P·diag(P)⁻¹ with P = (A + λI)⁻¹; where diag(P) hardly varies, as in a sparse log, that is B
 * up to a factor.) Twin towers score by inner products of `dim` numbers, so B must be factored:
 *
 * 1. The leading eigenpairs of A give factors F with F·Fᵀ ≈ Q·e·Qᵀ.
 * 2. F·Fᵀ itself would rank every history item above everything else, since nothing is as similar to an item as itself;
 *    B has zeros there. So T = F·Fᵀ − diag(t) is factored instead, and t is raised until the factorisation's own diagonal
 *    is near zero. Its eigenvalues are of both signs: B ≈ (V·Λ)·Vᵀ, the item's vector is x = V·√|Λ|, and the user tower
 *    turns the signs of some dimensions (`mix`), which is what lets it prefer an item's neighbours to the item.
 *    On Scientific (validation, 256 dimensions, nothing trained) this lifts NDCG@10 from .064 to .08.
 * 3. Ridge regression of x on the text gives the content path, x = C·W + E; what text does not explain starts the ID table.
 *
 * Eigenpairs come from randomised subspace iteration (Halko, Martinsson & Tropp 2011), which touches A and T only by
 * multiplying them with thin matrices: no items × items matrix is ever made.
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

/** λ, and β: on a plateau where factors of three change validation NDCG@10 by less than 3 %. */
const REGULARISATION = 300;
const CONTENT_WEIGHT = 10;
/** Without text there is less to shrink towards. */
const REGULARISATION_WITHOUT_CONTENT = 100;
/** The weight of an event is this to the power of the number of events after it. */
export const RECENCY = 0.8;
/** Of the regression of item vectors on text. */
const RIDGE = 1;
/** F has this many times `dim` columns. */
const FACTOR_RATIO = 2;
const FACTOR_ITERATIONS = 4;
const DIAGONAL_ROUNDS = 5;
/** Rows that the factorisation holds loosely answer weakly to a change of their t, so theirs grows faster, up to this much. */
const LOOSEST = 0.5;

export interface Start {
  /** `[contentDim, dim]`; empty without content. */
  linear: Float32Array;
  /** `[items, dim]` */
  table: Float32Array;
  /** `[dim, dim]`: 0 or −2 on the diagonal, which keeps a dimension's sign or turns it. */
  mix: Float32Array;
}

export interface StartContext extends RunContext {
  /** Default: all the machine offers. */
  threads?: number;
}

/**
 * Progress is reported as stage `'start'`, unit `'rounds'`; the signal is obeyed between rounds.
 *
 * @param content `[items, contentDim]` centred rows, `undefined` without content
 * @returns vectors scaled so that the mean squared row of `C·W + E` is 1; dimensions beyond what the data hold are zero
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
    const { vectors, signs } = await hollowFactors(factors, items, dim, algebra, round);
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

/** Step 2: `dim` columns x and their signs with Σ signs·x_i·x_j ≈ F_i·F_j for i ≠ j and ≈ 0 for i = j. */
async function hollowFactors(
  { values: f, width: inner }: Factors,
  items: number,
  dim: number,
  thin: Thin,
  begin: () => void,
) {
  const { multiply, cross } = thin;
  const width = Math.min(inner, dim + OVERSAMPLING);
  const lowered = new Float32Array(items);
  for (let row = 0; row < items; row++)
    for (let k = 0, at = row * inner; k < inner; k++, at++) lowered[row] += f[at] * f[at];
  const times = async (y: Float32Array) => {
    const result = await multiply(f, await cross(f, y, items, inner, width), items, inner, width);
    for (let row = 0; row < items; row++)
      for (let k = 0, at = row * width; k < width; k++, at++) result[at] -= lowered[row] * y[at];
    return result;
  };
  let basis = new Float32Array(items * width);
  for (let row = 0; row < items; row++) basis.set(f.subarray(row * inner, row * inner + width), row * width);
  basis = await orthonormal(basis, items, width, thin);
  let eigen: { values: Float64Array; columns: Float32Array } | undefined;
  let transposedRows = basis;
  const kept = Math.min(dim, width);
  for (let round = 0; round <= DIAGONAL_ROUNDS; round++) {
    begin();
    for (let iteration = 0; iteration < (round === 0 ? 3 : 1); iteration++)
      basis = await orthonormal(await times(basis), items, width, thin);
    eigen = sortedEigen(await cross(basis, await times(basis), items, width, width), width, Math.abs);
    transposedRows = (await multiply(basis, eigen.columns, items, width, width)) as Float32Array<ArrayBuffer>;
    if (round === DIAGONAL_ROUNDS) break;
    for (let row = 0; row < items; row++) {
      let own = 0;
      let held = 0;
      for (let k = 0, at = row * width; k < kept; k++, at++) {
        own += eigen.values[k] * transposedRows[at] * transposedRows[at];
        held += transposedRows[at] * transposedRows[at];
      }
      lowered[row] += own / Math.max(held, LOOSEST);
    }
    basis = transposedRows;
  }
  const { values } = eigen as { values: Float64Array };
  const vectors = new Float32Array(items * dim);
  let sum = 0;
  for (let k = 0; k < kept; k++) sum += Math.abs(values[k]);
  for (let k = 0; k < kept; k++) {
    const factor = sum > 0 ? Math.sqrt((Math.abs(values[k]) * items) / sum) : 0;
    for (let row = 0; row < items; row++) vectors[row * dim + k] = transposedRows[row * width + k] * factor;
  }
  return { vectors, signs: Float64Array.from({ length: dim }, (_, k) => (k < kept ? values[k] : 0)) };
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
