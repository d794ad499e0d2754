/** Errors of this package. */
import { defineErrors, failure, usage } from '@lorekeep/core';

const listed = (versions: readonly string[]) =>
  versions.length === 0 ? 'There is no version yet.' : `The versions are: ${versions.join(', ')}.`;

/** The errors that the General Knowledge Center throws. errors.md explains every code. */
export const errors = defineErrors({
  KNOWLEDGE_SCHEMA_INVALID: usage<{ reason: string }>({
    message: ({ reason }) => `The schema of the knowledge is invalid: ${reason}.`,
    hint: 'Correct the schema; nothing was written.',
  }),
  KNOWLEDGE_ENTRIES_INVALID: usage<{ kind: string; reason: string; row?: number }>({
    message: ({ kind, reason, row }) =>
      `The entries of the kind "${kind}" are invalid${row === undefined ? '' : ` in row ${row}`}: ${reason}.`,
    hint: 'Correct the entries; nothing of them was written.',
  }),
  KNOWLEDGE_QUERY_INVALID: usage<{ reason: string }>({
    http: 400,
    message: ({ reason }) => `The query for knowledge is invalid: ${reason}.`,
    hint: 'Pass users, items and categories as three lists of strings of equal length.',
  }),
  KNOWLEDGE_NAME_INVALID: usage<{ what: 'space' | 'version' | 'prefix'; name: string }>({
    http: 400,
    message: ({ what, name }) => `${JSON.stringify(name)} cannot name a ${what}.`,
    hint: 'Use 1 to 100 letters, digits, dots, hyphens and underscores, with no dot at the start.',
  }),
  KNOWLEDGE_VERSION_EXISTS: usage<{ space: string; version: string }>({
    message: ({ space, version }) => `The space "${space}" has a version "${version}" already.`,
    hint: 'Leave the version out to get a new name. A published version is not replaced.',
  }),
  KNOWLEDGE_VERSION_UNKNOWN: usage<{ space: string; version: string; versions: readonly string[] }>({
    http: 404,
    message: ({ space, version }) => `The space "${space}" has no version "${version}".`,
    hint: ({ versions }) => listed(versions),
  }),
  KNOWLEDGE_VERSION_MISMATCH: failure<{
    space: string;
    version: string;
    maxResidual: number;
    versions: readonly string[];
  }>({
    http: 409,
    message: ({ space, version, maxResidual }) =>
      `No version of the space "${space}" can be used as "${version}" with a residual of at most ${maxResidual}.`,
    hint: ({ versions }) =>
      `Train the model with a version that is kept, or allow a larger residual. ${listed(versions)}`,
  }),
  KNOWLEDGE_ALIGNMENT_IMPOSSIBLE: usage<{ space: string; to: string; reason: string }>({
    message: ({ space, to, reason }) =>
      `The new version of the space "${space}" cannot be aligned to "${to}": ${reason}.`,
    hint: 'Publish it without alignment; models of the former version then keep that version.',
  }),
  KNOWLEDGE_OTHER_SCHEMA: failure<{ space: string; version: string; kind: string; id: string }>({
    message: ({ space, version, kind, id }) =>
      `The entry of the ${kind} ${JSON.stringify(id)} was not written with the schema of version "${version}" of the space "${space}".`,
    hint: 'Another program wrote to this place. Publish the knowledge again.',
  }),
  KNOWLEDGE_DAMAGED: failure<{ place: string; reason: string }>({
    message: ({ place, reason }) => `The knowledge in ${place} is damaged: ${reason}.`,
    hint: 'Remove that version and publish the knowledge again.',
  }),
  KNOWLEDGE_STORE_UNAVAILABLE: failure<{ address: string; reason: string }>({
    http: 503,
    message: ({ address, reason }) => `The knowledge store ${address} did not answer: ${reason}.`,
    hint: 'Try again. The connection is made again without a restart when the store is back.',
  }),
  KNOWLEDGE_STORE_CLOSED: usage({ message: 'This knowledge store is closed.', hint: 'Open it again.' }),
  KNOWLEDGE_URL_INVALID: usage<{ url: string; reason: string }>({
    message: ({ url, reason }) => `The knowledge store ${JSON.stringify(url)} cannot be opened: ${reason}.`,
    hint: 'Name a folder, or redis://HOST:PORT, rediss://HOST:PORT or redis+cluster://HOST:PORT,HOST:PORT.',
  }),
  KNOWLEDGE_ADAPTER_MISSING: usage<{ package: string; install: string }>({
    message: ({ package: name }) => `This knowledge store needs the package ${name}, which is not installed.`,
    hint: ({ install }) => install,
  }),
});
