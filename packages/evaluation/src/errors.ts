/** Errors of this package. */
import { defineErrors, usage } from '@lorekeep/core';

export const errors = defineErrors({
  EVALUATION_INPUT_INVALID: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `${name} ${problem}.`,
  }),
  TARGET_UNKNOWN: usage<{ target: readonly string[]; types: readonly string[] }>({
    message: ({ target }) =>
      `No positive event of the log has the type ${target.join(' or ')}, which is to be predicted.`,
    hint: ({ types }) =>
      types.length === 0 ? 'Read the log with its types.' : `Name types of the log: ${types.join(', ')}.`,
  }),
  EVALUATION_NO_CASES: usage<{ set: string }>({
    message: ({ set }) => `The interaction log has no ${set} cases when it is split by time.`,
    hint: 'A split by time needs real timestamps and users with events on both sides of it; leave-one-out needs neither.',
  }),
});
