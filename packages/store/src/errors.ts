/** Every error the store throws. Codes are stable; `docs/errors.md` explains them. */
import { LorekeepError } from '@lorekeep/core';

export const notADatabase = (path: string, cause?: unknown) =>
  new LorekeepError('STORE_NOT_A_DATABASE', `${path} is not a database.`, {
    kind: 'usage',
    hint: 'Name another file, or move this one away and let a new store be made.',
    details: { path },
    cause,
  });

export const foreignDatabase = (path: string) =>
  new LorekeepError('STORE_FOREIGN_DATABASE', `${path} is a database, but not one of Lorekeep.`, {
    kind: 'usage',
    hint: 'Name another file: nothing was changed in this one.',
    details: { path },
  });

export const newerDatabase = (path: string, found: number, known: number) =>
  new LorekeepError(
    'STORE_TOO_NEW',
    `${path} has schema version ${found}; this program knows versions up to ${known}. Nothing was changed.`,
    { kind: 'usage', hint: 'Update Lorekeep, or open the workspace of this version.', details: { path, found, known } },
  );

export const storeMissing = (path: string) =>
  new LorekeepError('STORE_MISSING', `There is no store at ${path}.`, {
    kind: 'usage',
    hint: 'Import a catalogue first, or name the right workspace.',
    details: { path },
  });

export const cannotOpen = (path: string, cause: unknown) =>
  new LorekeepError('STORE_CANNOT_OPEN', `${path} cannot be opened as a store: ${(cause as Error).message}.`, {
    hint: 'Check that the folder exists, is writable and that the name is not a folder.',
    details: { path },
    cause,
  });

export const corrupt = (path: string, cause: unknown) =>
  new LorekeepError('STORE_CORRUPT', `${path} is damaged: ${(cause as Error).message}.`, {
    hint: 'Restore the file from a backup, or import again into a new workspace.',
    details: { path },
    cause,
  });

export const diskFull = (path: string, cause: unknown) =>
  new LorekeepError('STORE_DISK_FULL', `The disk is full: ${path} could not grow. Nothing of this write was kept.`, {
    hint: 'Free some space and repeat the command.',
    details: { path },
    cause,
  });

export const readOnly = (path: string, cause: unknown) =>
  new LorekeepError('STORE_READ_ONLY', `${path} cannot be written: ${(cause as Error).message}.`, {
    hint: 'Check the permissions of the file and of its folder.',
    details: { path },
    cause,
  });

export const inputOutput = (path: string, cause: unknown) =>
  new LorekeepError('STORE_IO', `Reading or writing ${path} failed: ${(cause as Error).message}.`, {
    hint: 'Check the disk; nothing of an unfinished write was kept.',
    details: { path },
    cause,
  });

export const busy = (path: string, waitedMs: number) =>
  new LorekeepError('STORE_BUSY', `${path} was being written by someone else for more than ${waitedMs} ms.`, {
    hint: 'Wait for the running import or program to finish and repeat; nothing of this write was kept.',
    details: { path, waitedMs },
  });

export const closed = (path: string) =>
  new LorekeepError('STORE_CLOSED', `The store ${path} has been closed.`, { details: { path } });

export const invalidItem = (index: number, id: unknown, problem: string) =>
  new LorekeepError('ITEM_INVALID', `Item ${index} of the batch (id ${shown(id)}): ${problem}.`, {
    kind: 'usage',
    hint: 'Correct the item and send the batch again; nothing of it was written.',
    details: { index, id, problem },
  });

export const invalidEvent = (index: number, problem: string) =>
  new LorekeepError('EVENT_INVALID', `Event ${index} of the batch: ${problem}.`, {
    kind: 'usage',
    hint: 'Correct the event and send the batch again; nothing of it was written.',
    details: { index, problem },
  });

export const unknownItem = (index: number, item: string) =>
  new LorekeepError('EVENT_UNKNOWN_ITEM', `Event ${index} of the batch names the item ${shown(item)}, not stored.`, {
    kind: 'usage',
    hint: 'Store the item first; nothing of this batch was written.',
    details: { index, item },
  });

export const invalidArgument = (name: string, value: unknown, expected: string) =>
  new LorekeepError('STORE_ARGUMENT', `${name} is ${shown(value)}; expected ${expected}.`, {
    kind: 'usage',
    details: { name, expected },
  });

export const importRepeated = (fingerprint: string) =>
  new LorekeepError('IMPORT_REPEATED', `An import with the fingerprint ${fingerprint} is already stored.`, {
    kind: 'usage',
    hint: 'There is nothing to do: the same files with the same options were imported before.',
    details: { fingerprint },
  });

export const contentRepeated = (fingerprint: string, content: string) =>
  new LorekeepError('IMPORT_REPEATED', `Another import has added the content ${content} already.`, {
    kind: 'usage',
    hint: 'Import again without the file it comes from; nothing of this import was kept.',
    details: { fingerprint, content },
  });

export const importOver = () =>
  new LorekeepError('IMPORT_OVER', 'The import this transaction belongs to is over; nothing more can be put into it.', {
    hint: 'Await everything inside the function given to importAll.',
  });

export const embeddingsMissing = (model: string, missing: number, asked: number) =>
  new LorekeepError('EMBEDDING_MISSING', `${missing} of ${asked} texts have no embedding by model ${model}.`, {
    hint: 'Encode the catalogue with this model first.',
    details: { model, missing, asked },
  });

export const embeddingWidth = (model: string, stored: number, given: number) =>
  new LorekeepError(
    'EMBEDDING_WIDTH',
    `Model ${model} has embeddings of width ${stored}; vectors of width ${given} were given.`,
    {
      hint: 'A model id stands for one exact encoder: another width needs another id.',
      details: { model, stored, given },
    },
  );

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
