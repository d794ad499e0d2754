/** What the training of the towers takes. */
import type { RunContext } from '@lorekeep/core';
import type { Split } from '@lorekeep/evaluation';
import type { TowerConfig } from '../options.ts';
import type { ContentInfo, InitialTowers } from './transfer.ts';

export interface TrainTowersOptions extends RunContext {
  split: Split;
  /**
   * `[items × contentInfo.dim]` from the frozen encoder, in the item order of the log; zeros for an
   * item without text. Not needed if `config.items.content` is false.
   */
  content?: Float32Array;
  contentInfo: ContentInfo;
  config: TowerConfig;
  /** Default 42. */
  seed?: number;
  /**
   * Trains exactly this number of epochs and keeps the last. Default: validation selects the epoch.
   */
  epochs?: number;
  /** Initial values from other towers instead of `config.network.start`. */
  initial?: InitialTowers;
  /** Directory of the checkpoint. Default: none; an interrupted run then starts again. */
  workDir?: string;
  /** Default: all cores. */
  threads?: number;
}
