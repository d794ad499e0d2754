/**
 * EASE (Steck, WWW 2019) with content vectors in its Gram matrix, solved exactly:
 *
 *     P = (XᵀX + β·C·Cᵀ + λI)⁻¹,   B = −P / diag(P) by columns, diagonal 0,
 *     score(history → i) = Σ_h decay^age(h) · B[h, i].
 *
 * Time grows with the cube of the number of items and memory with its square (2 bytes per element):
 * 25,000 items take minutes and 1.5 GB. For larger catalogues `factors/leading-factors.ts` computes
 * the leading part of the same model without an items × items matrix.
 */
import { noProgress, optionErrors, type RunContext } from '@lorekeep/core';
import { createMatmulPool, type MatmulPool } from '@lorekeep/graph';
import { type GramSettings, gramTiles, type Interactions } from './gram.ts';
import { invertTiles } from './inverse.ts';
import type { SymmetricTiles } from './tiles.ts';

export interface SolveContext extends RunContext {
  /** Default: all cores. */
  threads?: number;
  /** Used and left open. Default: a new pool. */
  pool?: MatmulPool;
}

/**
 * Computes P. Progress is reported as stage `'solve'`, unit `'blocks'`; the signal is checked
 * between blocks.
 *
 * @param content `[items × contentDim]` centred rows of length 1, zeros for an item without text;
 *   `undefined` without content
 * @throws LorekeepError `OPTION_INVALID` for λ or β out of its range, `LINEAR_NOT_DEFINITE`
 */
export async function solveItems(
  interactions: Interactions,
  content: Float32Array | undefined,
  settings: GramSettings,
  { progress = noProgress, signal, threads, pool }: SolveContext = {},
): Promise<SymmetricTiles> {
  const { lambda, beta } = settings;
  if (!(lambda > 0 && lambda < Infinity))
    throw optionErrors.OPTION_INVALID({ name: 'lambda', value: lambda, allowed: 'a number above 0' });
  if (!(beta >= 0 && beta < Infinity))
    throw optionErrors.OPTION_INVALID({ name: 'beta', value: beta, allowed: 'a number of at least 0' });
  const products = pool ?? createMatmulPool(threads);
  try {
    const matrix = await gramTiles(interactions, content, settings, products, { signal });
    await invertTiles(matrix, products, { progress, signal });
    return matrix;
  } finally {
    if (pool === undefined) await products.close();
  }
}
