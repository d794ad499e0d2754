/** All errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  RANKING_OPTION: usage<{ name: string; value: unknown; allowed: string }>({
    message: ({ name, value, allowed }) => `The option ${name} is ${JSON.stringify(value)}; it must be ${allowed}.`,
  }),
  RANKING_VOCABULARY_FULL: failure<{ field: string; maxRows: number }>({
    message: ({ field, maxRows }) => `The vocabulary has its limit of ${maxRows} rows, and "${field}" has a new value.`,
    hint: ({ field }) => `Raise maxRows, or hash the field: hashed: { "${field}": 100000 }.`,
  }),
});
