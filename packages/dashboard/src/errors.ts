/** The errors of the page's files. */
import { defineErrors, failure } from '@lorekeep/core';

export const errors = defineErrors({
  DASHBOARD_NOT_BUILT: failure<{ reason: string }>({
    http: 503,
    message: ({ reason }) => `The page is not built: ${reason}`,
    hint: 'Run `npx -y pnpm@12 dashboard` in the checkout and load the page again.',
  }),
});
