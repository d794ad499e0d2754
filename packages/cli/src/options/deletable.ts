/** What `lorekeep delete` can delete. */
export const DELETABLE = ['items', 'users', 'events', 'import'] as const;
export type Deletable = (typeof DELETABLE)[number];
