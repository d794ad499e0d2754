/**
 * The batches of each loss. A new loss adds its feeds here and its graph in losses/loss.ts.
 */
import type { TowerConfig } from '../../options.ts';
import type { Batches, BatchSource } from './contract.ts';
import { createDenseBatches } from './dense.ts';
import { createFullBatches } from './full.ts';
import { createNextItemBatches } from './next-item.ts';

const CREATE = {
  full: createFullBatches,
  sampled: createNextItemBatches,
  'in-batch': createNextItemBatches,
  dense: createDenseBatches,
} satisfies Record<TowerConfig['loss']['kind'], (source: BatchSource) => Batches>;

export function createBatches(source: BatchSource): Batches {
  return CREATE[source.config.loss.kind](source);
}

/** Whether a step reads only the items of its batch, so that a sparse ID table can serve it. */
export const readsBatchItems = ({ loss: { kind } }: TowerConfig): boolean => kind !== 'full';
