/** Errors of this package. */
import { defineErrors, usage } from '@lorekeep/core';

export const errors = defineErrors({
  EXPERIMENT_INPUT_INVALID: usage<{ name: string; problem: string }>({
    message: ({ name, problem }) => `${name} ${problem}.`,
  }),
});
