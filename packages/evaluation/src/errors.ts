/** Errors of this package. */
import { defineErrors, usage } from '@lorekeep/core';

export const errors = defineErrors({
  EVALUATION_INPUT_INVALID: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `${name} ${problem}.`,
  }),
  EVALUATION_NO_CASES: usage<{ set: string }>({
    message: ({ set }) => `The interaction log has no ${set} cases when it is split by time.`,
    hint: 'A split by time needs real timestamps and users with events on both sides of it; leave-one-out needs neither.',
  }),
});
