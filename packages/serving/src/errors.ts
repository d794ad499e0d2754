/** Every error this room throws, made in one place so that codes and sentences stay alike. `docs/errors.md` lists them. */
import { LorekeepError } from '@lorekeep/core';

// ---- vector indexes ----

export const badK = (k: number) =>
  new LorekeepError('INDEX_BAD_K', `k must be a whole number of at least 1, not ${k}.`, {
    kind: 'usage',
    hint: 'Ask for one neighbour or more.',
    details: { k },
  });

export const badQuery = (reason: string, details: Record<string, unknown>) =>
  new LorekeepError('INDEX_BAD_QUERY', `The query vector cannot be searched with: ${reason}.`, {
    kind: 'usage',
    hint: 'Pass one finite vector as wide as the index.',
    details,
  });

export const badVectors = (reason: string, details: Record<string, unknown>) =>
  new LorekeepError('INDEX_BAD_VECTORS', `These vectors cannot be indexed: ${reason}.`, {
    kind: 'usage',
    hint: 'Pass one finite row as wide as the index for each key; nothing was added.',
    details,
  });

export const indexFileInvalid = (path: string, reason: string, cause?: unknown) =>
  new LorekeepError('INDEX_FILE_INVALID', `The index file ${path} cannot be opened: ${reason}.`, {
    hint: 'Build the index again with "lorekeep publish".',
    details: { path },
    cause,
  });

export const indexClosed = () =>
  new LorekeepError('INDEX_CLOSED', 'This index was closed and can no longer be used.', {
    kind: 'usage',
    hint: 'Open it again.',
  });

export const adapterMissing = (kind: string, packageName: string, hint: string, cause: unknown) =>
  new LorekeepError(
    'INDEX_ADAPTER_MISSING',
    `The index kind "${kind}" needs the package ${packageName}, which is not here.`,
    {
      kind: 'usage',
      hint,
      details: { kind, package: packageName },
      cause,
    },
  );

export const unknownIndexKind = (kind: string, kinds: readonly string[]) =>
  new LorekeepError('INDEX_UNKNOWN_KIND', `There is no index kind "${kind}".`, {
    kind: 'usage',
    hint: `Choose one of ${kinds.join(', ')}.`,
    details: { kind },
  });
