/** Sizes and switches that follow from the configuration and the data. */
import type { TowerConfig } from '../options.ts';

export interface TowerSizes {
  items: number;
  /** Dimension of the content vectors, 0 without content. */
  contentDim: number;
}

/**
 * Dimension of what the user tower reads for each item (`input`), and of the vectors of both towers
 * (`vector`).
 */
export function widthsOf({ network: { residual, itemTower, dim, hidden } }: TowerConfig, contentDim: number) {
  return { input: residual ? dim : hidden, vector: itemTower === 'content-space' ? contentDim : dim };
}

/**
 * Whether the states of the last block are normalised once more. Post-LN blocks (BERT) already end
 * with a normalisation; pre-LN blocks do not, and with `residual` the states are always normalised
 * before they are added to the recency-weighted sum.
 */
export function normsAtEnd({ network: { residual, block } }: TowerConfig): boolean {
  return residual || block === 'pre-ln';
}
