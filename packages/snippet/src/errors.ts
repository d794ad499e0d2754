/** The errors of the script's file. */
import { defineErrors, failure } from '@lorekeep/core';

export const errors = defineErrors({
  SNIPPET_NOT_BUILT: failure<{ reason: string }>({
    http: 503,
    message: ({ reason }) => `The script is not built: ${reason}`,
    hint: 'Run `node packages/snippet/build/main.ts` in the checkout and load it again.',
  }),
});
