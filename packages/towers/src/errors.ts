/** Errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

const lower = ({ checkpoint }: { checkpoint?: string }) =>
  `${checkpoint === undefined ? '' : 'The last good epoch is kept. '}Lower training.learningRate or raise loss.temperature.`;

export const errors = defineErrors({
  TOWERS_NO_TRANSITIONS: usage<{ users: number; transitions: number }>({
    message: ({ users, transitions }) =>
      `There is nothing to learn from: none of the ${users} users has two training events in a row (${transitions} transitions).`,
    hint: 'Import more events; a user with three or more keeps all but the last two for training.',
  }),
  TOWERS_LOSS_NOT_FINITE: failure<{ epoch: number; step: number; checkpoint?: string }>({
    message: ({ epoch, step }) => `The loss is no longer a finite number in epoch ${epoch}, step ${step}.`,
    hint: lower,
  }),
  TOWERS_DIVERGED: failure<{ epoch: number; step: number; problem: string; checkpoint?: string }>({
    message: ({ epoch, step, problem }) => `Training diverged in epoch ${epoch}, step ${step}: ${problem}`,
    hint: lower,
  }),
  TOWERS_INIT_MISMATCH: usage<{ problem: string }>({
    message: ({ problem }) => `Training cannot start from the given towers: ${problem}.`,
    hint: 'Train with the preset and options of the bundle you start from; encoder and item-text template must be the same.',
  }),
});
