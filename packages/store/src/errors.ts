/** Every error of the store. Codes are stable; `docs/reference/errors.md` explains them. */
import { defineErrors, failure, usage } from '@lorekeep/core';

/** The errors that every store throws. errors.md explains every code. */
export const errors = defineErrors({
  STORE_SCHEME_UNKNOWN: usage<{ scheme: string; known: string[] }>({
    message: ({ scheme, known }) => `There is no store adapter for "${scheme}:". Known schemes: ${known.join(', ')}.`,
    hint: 'Use a known scheme. A file whose relative path contains a colon needs "./" in front.',
  }),
  STORE_NOT_A_DATABASE: usage<{ path: string }>({
    message: ({ path }) => `${path} is not a database.`,
    hint: 'Name another file, or move this one away so that a new store can be created.',
  }),
  STORE_FOREIGN_DATABASE: usage<{ path: string }>({
    message: ({ path }) => `${path} is a database of another program.`,
    hint: 'Name another file. This one was not changed.',
  }),
  STORE_TOO_NEW: usage<{ path: string; found: number; known: number }>({
    message: ({ path, found, known }) =>
      `${path} has schema version ${found}; this program supports versions up to ${known}. The file was not changed.`,
    hint: 'Update Lorekeep, or open a store that this version has written.',
  }),
  STORE_MISSING: usage<{ path: string }>({
    message: ({ path }) => `There is no store at ${path}.`,
    hint: 'Import a catalogue first, or name the right file.',
  }),
  STORE_CANNOT_OPEN: failure<{ path: string; reason: string }>({
    message: ({ path, reason }) => `${path} cannot be opened as a store: ${reason}.`,
    hint: 'Check that the folder exists and is writable, and that the name is not a folder.',
  }),
  STORE_CORRUPT: failure<{ path: string; reason: string }>({
    message: ({ path, reason }) => `${path} is damaged: ${reason}.`,
    hint: 'Restore the file from a backup, or import again into a new store.',
  }),
  STORE_DISK_FULL: failure<{ path: string }>({
    message: ({ path }) => `The disk is full: ${path} could not grow. Nothing of this write was kept.`,
    hint: 'Free some disk space and try again.',
  }),
  STORE_READ_ONLY: failure<{ path: string; reason: string }>({
    http: 503,
    message: ({ path, reason }) => `${path} cannot be written: ${reason}.`,
    hint: 'Check the permissions of the file and of its folder. Reading works; nothing was written.',
  }),
  STORE_IO: failure<{ path: string; reason: string }>({
    message: ({ path, reason }) => `Reading or writing ${path} failed: ${reason}.`,
    hint: 'Check the disk. Nothing of an unfinished write was kept.',
  }),
  STORE_BUSY: failure<{ path: string; waitedMs: number }>({
    http: 503,
    message: ({ path, waitedMs }) => `Another connection or program kept ${path} locked for more than ${waitedMs} ms.`,
    hint: 'Wait until the other program has finished and try again. Nothing of this write was kept.',
  }),
  STORE_CLOSED: failure<{ path: string }>({ message: ({ path }) => `The store ${path} has been closed.` }),
  ITEM_INVALID: usage<{ index: number; id: unknown; problem: string }>({
    http: 400,
    message: ({ index, id, problem }) => `Item ${index} of the batch (id ${shown(id)}): ${problem}.`,
    hint: 'Correct the item and send the batch again. Nothing of it was written.',
  }),
  USER_INVALID: usage<{ index: number; id: unknown; problem: string }>({
    http: 400,
    message: ({ index, id, problem }) => `User ${index} of the batch (id ${shown(id)}): ${problem}.`,
    hint: 'Correct the user and send the batch again. Nothing of it was written.',
  }),
  EVENT_INVALID: usage<{ index: number; problem: string }>({
    http: 400,
    message: ({ index, problem }) => `Event ${index} of the batch: ${problem}.`,
    hint: 'Correct the event and send the batch again. Nothing of it was written.',
  }),
  EVENT_UNKNOWN_ITEM: usage<{ index: number; item: string }>({
    http: 422,
    message: ({ index, item }) => `Event ${index} of the batch names the item ${shown(item)}, which is not stored.`,
    hint: 'Store the item first. Nothing of this batch was written.',
  }),
  EVENT_RULES_INVALID: usage<{ name: string; value: unknown; expected: string }>({
    http: 400,
    message: ({ name, value, expected }) =>
      `In the event rules, ${name} is ${shown(typeof value === 'object' ? JSON.stringify(value) : value)}; it must be ${expected}.`,
    hint: 'Correct the rule. The rules were not changed.',
  }),
  STORE_ARGUMENT: usage<{ name: string; value: unknown; expected: string }>({
    message: ({ name, value, expected }) => `${name} is ${shown(value)}; expected ${expected}.`,
  }),
  IMPORT_REPEATED: usage<{ fingerprint: string; content?: string }>({
    message: ({ fingerprint, content }) =>
      content === undefined
        ? `An import with the fingerprint ${fingerprint} is already stored.`
        : `Another import has already added the content ${content}.`,
    hint: ({ content }) =>
      content === undefined
        ? 'There is nothing to do: the same files were imported before with the same options.'
        : 'Import again without the file that this content comes from. Nothing of this import was kept.',
  }),
  IMPORT_UNKNOWN: usage<{ fingerprint: string }>({
    http: 404,
    message: ({ fingerprint }) => `There is no import with the fingerprint ${shown(fingerprint)}.`,
    hint: 'Look it up in the list of imports.',
  }),
  IMPORT_NOT_RECORDED: usage<{ fingerprint: string }>({
    http: 409,
    message: ({ fingerprint }) =>
      `The import ${shown(fingerprint)} was made by an older version, which did not record what it added.`,
    hint: 'Delete its events by type or time, or import everything into a new store.',
  }),
  IMPORT_OVER: failure({
    message: 'The import of this transaction has ended; nothing more can be put into it.',
    hint: 'Await every call inside the function that is passed to importAll.',
  }),
  EMBEDDING_MISSING: failure<{ model: string; missing: number; asked: number }>({
    message: ({ model, missing, asked }) => `${missing} of ${asked} texts have no embedding by model ${model}.`,
    hint: 'Encode the items with this model first.',
  }),
  EMBEDDING_WIDTH: failure<{ model: string; stored: number; given: number }>({
    message: ({ model, stored, given }) =>
      `Model ${model} has embeddings of dimension ${stored}; vectors of dimension ${given} were given.`,
    hint: 'A model id stands for one exact encoder. Use another id for another dimension.',
  }),
});

function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
