/** Errors of this package. */
import { defineErrors, failure } from '@lorekeep/core';

export const errors = defineErrors({
  LINEAR_NOT_DEFINITE: failure<{ row: number; pivot: number }>({
    message: ({ row, pivot }) =>
      `The linear model cannot be solved: the pivot of item row ${row} is ${pivot}, but it must be positive.`,
    hint: 'Look at the content vectors: huge values lose all precision. Or train without the linear model: set linear.neighboursPerItem to 0.',
  }),
});
