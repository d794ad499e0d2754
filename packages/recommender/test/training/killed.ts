/**
 * A run that says a word at a step of its choice and goes on, to be killed there: `node killed.ts
 * WORKDIR STEP`.
 */

import { contentInfo, grouped, groupedLog } from '@lorekeep/testing';
import { resolveConfig } from '../../src/options/resolve-config.ts';
import { type TrainOptions, trainRecommender } from '../../src/training/train.ts';

/**
 * With a sparse ID table, an average and drawn negatives: everything that a checkpoint has to
 * carry.
 */
export const killable = (): TrainOptions => ({
  ...groupedLog(),
  contentInfo,
  seed: 3,
  config: resolveConfig(
    'learn',
    grouped({
      neighboursPerItem: 0,
      enabled: false,
      dim: 16,
      hidden: 16,
      layers: 1,
      maxHistory: 8,
      batchPositions: 128,
      kind: 'sampled',
      negatives: 32,
      averageDecay: 0.9,
      epochs: 3,
    }),
  ),
});

if (process.argv[1] === import.meta.filename) {
  const [, , workDir, at] = process.argv;
  let steps = 0;
  await trainRecommender({
    ...killable(),
    workDir,
    progress: ({ stage }) => {
      if (stage === 'train' && ++steps === Number(at)) console.log('here');
    },
  });
}
