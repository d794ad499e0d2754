/** Batches in the form in which the losses read them. */
import type { Random } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import type { TowerConfig } from '../../options.ts';
import type { BatchPlan } from '../epoch-plan.ts';

/** One training step. */
export interface BatchFeeds {
  /**
   * The arrays of the batch. Which ones there are depends on the loss; losses/loss.ts lists them.
   */
  feeds: Arrays;
  /**
   * Catalogue rows of the items of the batch, −1 for an empty entry. `undefined` if the batch has
   * all items.
   */
  items?: Int32Array;
  /**
   * How much the loss of this batch counts in the mean loss of the epoch: positions, or users for
   * `dense`.
   */
  weight: number;
}

export interface Batches {
  /** One epoch, in an order drawn from `random`. */
  plan(random: Random): BatchPlan[];
  /** @param random for everything that is drawn while a batch is filled */
  feeds(plan: BatchPlan, random: Random): BatchFeeds;
}

/** What the batches are made from. */
export interface BatchSource {
  split: Split;
  config: TowerConfig;
  /** `[items × contentDim]` as the towers read it, `undefined` without content. */
  content: Float32Array | undefined;
  contentDim: number;
  /** The closed-form start (`start/…`), which is fed to every step. */
  fixed: Arrays;
}
