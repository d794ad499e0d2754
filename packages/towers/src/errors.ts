/** Errors of this package. docs/reference/errors.md describes each code. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** In the first epoch there is no good one before it. */
const lowerLearningRate = ({ epoch, checkpoint }: { epoch: number; checkpoint?: string }) =>
  `${checkpoint === undefined || epoch === 1 ? '' : 'The last good epoch is kept. '}Lower training.learningRate or raise loss.temperature.`;

export const errors = defineErrors({
  TOWERS_NO_TRANSITIONS: usage<{ users: number; transitions: number }>({
    message: 'There is nothing to learn from: no user has two training events.',
    hint: 'Import more events, or publish without a model. Of a user with three or more events, all but the last two are training events.',
  }),
  TOWERS_LOSS_NOT_FINITE: failure<{ epoch: number; step: number; checkpoint?: string }>({
    message: ({ epoch, step }) => `The loss is no longer a finite number in epoch ${epoch}, step ${step}.`,
    hint: lowerLearningRate,
  }),
  TOWERS_DIVERGED: failure<{ epoch: number; step: number; problem: string; checkpoint?: string }>({
    message: ({ epoch, step, problem }) => `Training diverged in epoch ${epoch}, step ${step}: ${problem}`,
    hint: lowerLearningRate,
  }),
  TOWERS_INIT_MISMATCH: usage<{ problem: string }>({
    message: ({ problem }) => `Training cannot start from the given towers: ${problem}.`,
    hint: 'Train with the preset, options, encoder and item-text template of the bundle that training starts from.',
  }),
});
