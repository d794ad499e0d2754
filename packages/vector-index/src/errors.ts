/** Errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** The errors that every index throws. errors.md explains every code. */
export const errors = defineErrors({
  INDEX_BAD_K: usage<{ k: number }>({
    message: ({ k }) => `k must be a whole number of at least 1, not ${k}.`,
    hint: 'Ask for one neighbour or more.',
  }),
  INDEX_BAD_QUERY: usage<{ reason: string; expected?: number; actual?: number; position?: number }>({
    message: ({ reason }) => `The query vector is invalid: ${reason}.`,
    hint: 'Pass one finite vector with the dimension of the index.',
  }),
  INDEX_BAD_VECTORS: usage<{ reason: string; expected?: number; actual?: number; key?: number; position?: number }>({
    message: ({ reason }) => `These vectors cannot be indexed: ${reason}.`,
    hint: 'Pass one finite row with the dimension of the index for each key; nothing was added.',
  }),
  INDEX_FILE_INVALID: failure<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The index file ${path} cannot be opened: ${reason}.`,
    hint: 'Build the index again.',
  }),
  INDEX_CLOSED: usage({ message: 'This index is closed.', hint: 'Open it again.' }),
  INDEX_NOT_LOCAL: usage<{ kind: string }>({
    message: ({ kind }) => `An index of the kind "${kind}" is not in this process and cannot be read synchronously.`,
    hint: 'Call getMany.',
  }),
  INDEX_ADAPTER_MISSING: usage<{ kind: string; package: string; install: string }>({
    message: ({ kind, package: name }) => `The index kind "${kind}" needs the package ${name}, which is not installed.`,
    hint: ({ install }) => install,
  }),
  INDEX_UNKNOWN_KIND: usage<{ kind: string; kinds: readonly string[] }>({
    message: ({ kind }) => `This program has no adapter for the index kind "${kind}".`,
    hint: ({ kinds }) =>
      `Register the kind with registerIndexAdapter before it is used, or choose one of ${kinds.join(', ')}.`,
  }),
});
