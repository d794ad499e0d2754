/** All methods that are compared, simplest first. */
import type { Method } from './contract.ts';
import { base, baseCan } from './methods/base.ts';
import { benchNetworkBase } from './methods/bench-network-base.ts';
import { concatenation } from './methods/concatenation.ts';
import { coNet } from './methods/conet.ts';
import { daRec } from './methods/darec.ts';
import { fineTuning, fineTuningFrozen } from './methods/fine-tuning.ts';
import { gpsd } from './methods/gpsd.ts';
import { itemRate } from './methods/item-rate.ts';
import { keepBoth, keepEmbeddings, keepHidden, keepLogits, keepServed } from './methods/keep.ts';
import { logisticRegression } from './methods/logistic-regression.ts';
import { sampleMerging } from './methods/sample-merging.ts';
import { bert4Rec, s3Rec } from './methods/self-supervised.ts';
import { sharedBottom } from './methods/shared-bottom.ts';
import { stageOneLogit, stageOneTowers } from './methods/stage-one-logit.ts';
import { targetStatistics } from './methods/target-statistics.ts';

export const METHODS: readonly Method[] = [
  itemRate,
  logisticRegression,
  base,
  baseCan,
  sampleMerging,
  sharedBottom,
  fineTuning,
  fineTuningFrozen,
  gpsd,
  targetStatistics,
  stageOneLogit,
  stageOneTowers,
  keepLogits,
  keepHidden,
  keepBoth,
  keepEmbeddings,
  keepServed,
  benchNetworkBase,
  concatenation,
  coNet,
  daRec,
  bert4Rec,
  s3Rec,
];
