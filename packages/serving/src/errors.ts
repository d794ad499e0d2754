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

// ---- publications ----

export const nothingPublished = (workspace: string) =>
  new LorekeepError('PUBLICATION_MISSING', `Nothing has been published in ${workspace}.`, {
    kind: 'usage',
    hint: 'Run "lorekeep publish" after training.',
    details: { workspace },
  });

export const publicationCorrupt = (directory: string, reason: string, cause?: unknown) =>
  new LorekeepError('PUBLICATION_CORRUPT', `The published version in ${directory} cannot be served: ${reason}.`, {
    hint: 'Publish again with "lorekeep publish"; what was served before keeps running until then.',
    details: { directory },
    cause,
  });

export const encoderMismatch = (expected: string, actual: string) =>
  new LorekeepError(
    'ENCODER_MISMATCH',
    `The towers were trained on vectors of the encoder ${expected}; the encoder given is ${actual}.`,
    {
      kind: 'usage',
      hint: 'Use the encoder that the model was trained with, or encode and train again with this one.',
      details: { expected, actual },
    },
  );

export const emptyCatalogue = () =>
  new LorekeepError('CATALOGUE_EMPTY', 'There is no item to publish.', {
    kind: 'usage',
    hint: 'Import a catalogue first with "lorekeep import".',
  });

export const notFinite = (what: string, details: Record<string, unknown>) =>
  new LorekeepError('VECTOR_NOT_FINITE', `The model gave a vector that is not finite for ${what}.`, {
    hint: 'Train the model again; this one cannot be served.',
    details,
  });

// ---- engine ----

export interface RequestIssue {
  /** Where in the request: `history/3`, `filter/price/min`; '' for the whole. */
  path: string;
  message: string;
}

/** Most issues that one error lists. */
const MAX_ISSUES = 20;
/** Longest path or message of an issue: both may quote the request. */
const MAX_ISSUE_LENGTH = 200;

/** Lists the first issues, and counts the rest in `details.more`. */
export const requestInvalid = (issues: readonly RequestIssue[]) => {
  const cut = (text: string) =>
    (text.length <= MAX_ISSUE_LENGTH ? text : `${text.slice(0, MAX_ISSUE_LENGTH)}…`).toWellFormed();
  const listed = issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
  const more = issues.length - listed.length;
  const [first] = listed;
  const others = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return new LorekeepError(
    'REQUEST_INVALID',
    `${first.path === '' ? '' : `${first.path}: `}${first.message.replace(/\.$/, '')}${others}.`,
    {
      kind: 'usage',
      hint: 'See /openapi.json for the schema of each request.',
      details: { issues: listed, ...(more === 0 ? {} : { more }) },
    },
  );
};

export const itemNotFound = (id: string) =>
  new LorekeepError('ITEM_NOT_FOUND', `No item has the id ${JSON.stringify(id)}.`, {
    kind: 'usage',
    hint: 'Check the id, or store the item first.',
    details: { id },
  });

export const engineBusy = (pending: number) =>
  new LorekeepError('ENGINE_BUSY', `${pending} writes are already waiting.`, {
    kind: 'usage',
    hint: 'Send the same request again in a moment; nothing of it was written.',
    details: { pending },
  });

export const engineClosed = () =>
  new LorekeepError('ENGINE_CLOSED', 'The engine was closed and can no longer be asked.', { hint: 'Open a new one.' });
