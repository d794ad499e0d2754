/** Every error an import throws. Codes are stable; `docs/errors.md` explains them. */
import { LorekeepError } from '@lorekeep/core';
import type { BadLine } from './import.ts';

export const fileMissing = (file: string) =>
  new LorekeepError('IMPORT_FILE_MISSING', `There is no file ${file}.`, { kind: 'usage', details: { file } });

export const fileUnreadable = (file: string, cause: unknown) =>
  new LorekeepError('IMPORT_FILE_UNREADABLE', `${file} cannot be read: ${(cause as Error).message}`, {
    kind: 'usage',
    hint: 'Check that the file is complete, readable and of the format its name says; nothing was imported.',
    details: { file },
    cause,
  });

export const unknownFormat = (file: string) =>
  new LorekeepError('IMPORT_UNKNOWN_FORMAT', `The format of ${file} cannot be told from its name.`, {
    kind: 'usage',
    hint: 'Name the format (csv, tsv, jsonl or parquet), or use such an extension; .gz and .zst may follow it.',
    details: { file },
  });

export const noHeader = (file: string) =>
  new LorekeepError('IMPORT_NO_HEADER', `${file} is empty: a table starts with a line of column names.`, {
    kind: 'usage',
    details: { file },
  });

export const missingColumn = (file: string, field: string, found: string[], accepted: readonly string[]) =>
  new LorekeepError(
    'IMPORT_MISSING_COLUMN',
    `${file} has no column for ${field}; it starts with the columns ${found.map((name) => JSON.stringify(name)).join(', ')}.`,
    {
      kind: 'usage',
      hint: `Add a header line if there is none, name the column one of ${accepted.join(', ')}, or say which it is.`,
      details: { file, field, found, accepted },
    },
  );

export const mappedColumnMissing = (field: string, name: string) =>
  new LorekeepError('IMPORT_MISSING_COLUMN', `No file has the column ${JSON.stringify(name)} given for ${field}.`, {
    kind: 'usage',
    hint: 'Column names are compared exactly; look at the first line of the file.',
    details: { field, name },
  });

export const duplicateColumn = (file: string, name: string) =>
  new LorekeepError('IMPORT_DUPLICATE_COLUMN', `${file} has two columns named ${JSON.stringify(name)}.`, {
    kind: 'usage',
    hint: 'Rename one of them: it cannot be told which is meant.',
    details: { file, name },
  });

export const columnType = (file: string, column: string, field: string, type: string) =>
  new LorekeepError('IMPORT_COLUMN_TYPE', `${file}: column ${column} (${field}) is of type ${type}.`, {
    kind: 'usage',
    hint: 'Ids and numbers of events are plain values: texts, numbers or times.',
    details: { file, column, field, type },
  });

export const stagingFailed = (directory: string, cause: unknown) =>
  new LorekeepError('IMPORT_STAGING', `The import's temporary database failed: ${(cause as Error).message}`, {
    hint: `Check that ${directory} has room for a few times the size of the files; nothing was imported.`,
    details: { directory },
    cause,
  });

export const unclosedQuote = (file: string, line: number) =>
  new LorekeepError('IMPORT_UNCLOSED_QUOTE', `${file}:${line}: a quote opened in this record is never closed.`, {
    kind: 'usage',
    hint: 'Everything after it would be lost, so such a line is never skipped: close the quote, or double it.',
    details: { file, line },
  });

export const lineTooLong = (file: string, line: number, limit: number) =>
  new LorekeepError('IMPORT_LINE_TOO_LONG', `${file}:${line}: the record is longer than ${limit} bytes.`, {
    kind: 'usage',
    hint: 'Check that the file is text with one record a line, and of the format its name says.',
    details: { file, line, limit },
  });

export const badLines = (count: number, allowed: number, bad: BadLine[]) => {
  const first = `${count === 1 ? '' : 'the first '}${bad[0].file}:${bad[0].line}`;
  const limit = allowed === 0 ? '' : `, more than the ${allowed} allowed`;
  return new LorekeepError(
    'IMPORT_BAD_LINES',
    `${count} bad line${count === 1 ? '' : 's'} (${first})${limit}; nothing was imported.`,
    {
      kind: 'usage',
      hint: `Correct the lines, or allow up to ${count} bad lines to be left out.`,
      details: { count, allowed, bad },
    },
  );
};

export const timesMixed = (files: string[], ordinals: boolean) => {
  const [given, stored] = ordinals ? ['no time stamps', 'have real ones'] : ['time stamps', 'have none'];
  return new LorekeepError(
    'IMPORT_TIMES_MIXED',
    `There are ${given} in ${files.join(', ')}, but events stored already ${stored}: which came first cannot be told.`,
    {
      kind: 'usage',
      hint: 'Give all events time stamps or none (--column timestamp=NAME names the column), or import into a workspace of its own. Nothing was imported.',
      details: { files, ordinals },
    },
  );
};

export const emptyCatalogue = (files: string[]) =>
  new LorekeepError('IMPORT_EMPTY_CATALOGUE', `There is not one item in ${files.join(', ') || 'the store'}.`, {
    kind: 'usage',
    hint: 'Give a file with at least one item; nothing was imported.',
    details: { files },
  });

export const nothingLeft = (minUserEvents: number, minItemEvents: number) =>
  new LorekeepError(
    'IMPORT_NOTHING_LEFT',
    `No user with ${minUserEvents} events and no item with ${minItemEvents} remain: the core is empty.`,
    { kind: 'usage', hint: 'Ask for fewer events; nothing was imported.', details: { minUserEvents, minItemEvents } },
  );

export const directoryWithoutData = (directory: string, missing: string) =>
  new LorekeepError('IMPORT_DIRECTORY', `${directory} has no file of ${missing}.`, {
    kind: 'usage',
    hint: 'A data folder holds items.* and interactions.* or events.*: jsonl, csv, tsv or parquet, also .gz or .zst.',
    details: { directory, missing },
  });

export const ambiguousDirectory = (directory: string, found: string[]) =>
  new LorekeepError('IMPORT_DIRECTORY', `${directory} has more than one candidate: ${found.join(', ')}.`, {
    kind: 'usage',
    hint: 'Name the files of items and events themselves.',
    details: { directory, found },
  });

export const invalidOption = (name: string, value: unknown, expected: string) =>
  new LorekeepError('IMPORT_OPTION', `${name} is ${JSON.stringify(value)}; expected ${expected}.`, {
    kind: 'usage',
    details: { name, expected },
  });

export const otherData = (held: string[], wanted: string[]) =>
  new LorekeepError('IMPORT_OTHER_DATA', `The store holds other data already: ${held.join(', ')}.`, {
    kind: 'usage',
    hint: 'Give this data a workspace of its own (--workspace DIR), or add to what is there with `lorekeep import`. Nothing was changed.',
    details: { held, wanted },
  });
