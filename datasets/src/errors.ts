/** Every error of this package. Codes are stable; `docs/reference/errors.md` explains them. */
import { defineErrors, failure, usage } from '@lorekeep/core';
import type { BadLine } from './bad-line.ts';

/** A file lacks a required column, or no file has the column that an option names. */
type MissingColumn =
  | { file: string; field: string; found: string[]; accepted: readonly string[] }
  | { field: string; name: string };

/** A data folder has no file of one kind (`missing`), or several files of it (`found`). */
type DataFolderProblem = { directory: string; missing: string } | { directory: string; found: string[] };

const quoted = (name: string) => JSON.stringify(name);

export const errors = defineErrors({
  IMPORT_FILE_MISSING: usage<{ file: string }>({
    message: ({ file }) => `${file} does not exist.`,
  }),
  IMPORT_FILE_UNREADABLE: usage<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} cannot be read: ${reason}`,
    hint: 'Check that the file is complete and readable and that its format matches its name. Nothing was imported.',
  }),
  IMPORT_UNKNOWN_FORMAT: usage<{ file: string }>({
    message: ({ file }) => `${file} has no extension of a known format.`,
    hint: 'Give the format (csv, tsv, jsonl or parquet), or use a known extension; .gz or .zst may follow it.',
  }),
  IMPORT_NO_HEADER: usage<{ file: string }>({
    message: ({ file }) => `${file} is empty: CSV and TSV files start with a line of column names.`,
  }),
  IMPORT_MISSING_COLUMN: usage<MissingColumn>({
    message: (details) =>
      'name' in details
        ? `No file has the column ${quoted(details.name)}, which was given for ${details.field}.`
        : `${details.file} has no column for ${details.field}, only ${details.found.map(quoted).join(', ')}.`,
    hint: (details) =>
      'name' in details
        ? 'Names of columns are compared exactly. Look at the first line of the file.'
        : `Add a missing header line, name the column one of ${details.accepted.join(', ')}, or map its name.`,
  }),
  IMPORT_OUTCOME_MISSING: usage<{ type: string; column: string; found: string[] }>({
    message: ({ type, column }) =>
      `No event file has the column ${quoted(column)}, which was given for the outcome ${type}.`,
    hint: ({ found }) =>
      found.length === 0
        ? 'Names of columns are compared exactly. Look at the first line of the file.'
        : `Names of columns are compared exactly. These look like outcomes: ${found.map(quoted).join(', ')}.`,
  }),
  IMPORT_DUPLICATE_COLUMN: usage<{ file: string; name: string }>({
    message: ({ file, name }) => `${file} has two columns named ${quoted(name)}.`,
    hint: 'Rename one of them.',
  }),
  IMPORT_COLUMN_TYPE: usage<{ file: string; column: string; field: string; type: string }>({
    message: ({ file, column, field, type }) => `${file}: column ${column} (${field}) has the type ${type}.`,
    hint: 'A field of an event is a string, a number or a time.',
  }),
  IMPORT_UNCLOSED_QUOTE: usage<{ file: string; line: number }>({
    message: ({ file, line }) => `${file}:${line}: this record opens a quote that is never closed.`,
    hint: 'Close the quote, or double it. The line cannot be skipped: the rest of the file would be lost with it.',
  }),
  IMPORT_LINE_TOO_LONG: usage<{ file: string; line: number; limit: number }>({
    message: ({ file, line, limit }) => `${file}:${line}: the record is longer than ${limit} bytes.`,
    hint: 'Check that the file is text with one record per line and that its format matches its name.',
  }),
  IMPORT_BAD_LINES: usage<{ count: number; allowed: number; bad: BadLine[] }>({
    message: ({ count, allowed, bad }) => {
      const first = `${count === 1 ? '' : 'the first '}${bad[0].file}:${bad[0].line}`;
      const limit = allowed === 0 ? '' : `, more than the ${allowed} allowed`;
      return `${count} bad line${count === 1 ? '' : 's'} (${first})${limit}; nothing was imported.`;
    },
    hint: ({ count }) => `Correct the lines, or allow ${count} bad line${count === 1 ? '' : 's'} to be skipped.`,
  }),
  IMPORT_TIMES_MIXED: usage<{ files: string[]; ordinals: boolean }>({
    message: ({ files, ordinals }) => {
      const [given, stored] = ordinals ? ['no timestamps', 'have some'] : ['timestamps', 'have none'];
      return `The events of ${files.join(', ')} have ${given}, but stored events ${stored}: their order is unknown.`;
    },
    hint: 'Give all events timestamps or none, or import into another store. Nothing was imported.',
  }),
  IMPORT_EMPTY_CATALOGUE: usage<{ files: string[] }>({
    message: ({ files }) => `There are no items in ${files.join(', ') || 'the store'}.`,
    hint: 'Give a file with at least one item. Nothing was imported.',
  }),
  IMPORT_NOTHING_LEFT: usage<{ minUserEvents: number; minItemEvents: number }>({
    message: ({ minUserEvents, minItemEvents }) =>
      `The k-core is empty: no users with ${minUserEvents} events and items with ${minItemEvents} events remain.`,
    hint: 'Lower the minimum number of events. Nothing was imported.',
  }),
  IMPORT_DIRECTORY: usage<DataFolderProblem>({
    message: (details) =>
      'missing' in details
        ? `${details.directory} has no file ${details.missing}.`
        : `${details.directory} has more than one candidate: ${details.found.join(', ')}.`,
    hint: (details) =>
      'missing' in details
        ? 'A data folder holds items.* and interactions.* or events.*: jsonl, csv, tsv or parquet, also .gz or .zst.'
        : 'Name the files of items and events one by one.',
  }),
  IMPORT_OTHER_DATA: usage<{ held: string[]; wanted: string[] }>({
    message: ({ held }) => `The store already holds other data: ${held.join(', ')}.`,
    hint: 'Use a separate store for this data, or allow the import to add to the store. Nothing was changed.',
  }),
  IMPORT_OPTION: usage<{ name: string; value: unknown; expected: string }>({
    message: ({ name, value, expected }) => `${name} is ${JSON.stringify(value)}; expected ${expected}.`,
  }),
  IMPORT_STAGING: failure<{ directory: string; reason: string }>({
    message: ({ reason }) => `The import's temporary database failed: ${reason}`,
    hint: ({ directory }) =>
      `Check that ${directory} has free space of several times the size of the files. Nothing was imported.`,
  }),

  SIMULATED_BAD_OPTION: usage<{ option: string; value: unknown; allowed: string }>({
    message: ({ option, value }) => `The simulated shop does not accept ${option} = ${String(value)}.`,
    hint: ({ option, allowed }) => `${option} must be ${allowed}.`,
  }),
  SIMULATED_UNKNOWN_ID: usage<{ kind: 'item' | 'user'; id: string; count: number }>({
    message: ({ kind, id }) => `The simulated shop has no ${kind} "${id}".`,
    hint: ({ kind, count }) =>
      `Its ${kind}s are sim-${kind}-000000 to sim-${kind}-${String(count - 1).padStart(6, '0')}.`,
  }),
  SIMULATED_DIRECTORY_EXISTS: usage<{ directory: string }>({
    message: ({ directory }) => `"${directory}" already exists.`,
    hint: 'Name a directory that does not exist, or remove this one first.',
  }),
  SIMULATED_OTHER_SHOP: usage<{ stored: string }>({
    message: ({ stored }) => `The store already holds another simulated shop (import ${stored}).`,
    hint: 'Use a separate store for each shop: shops with other options have the same ids but different items.',
  }),
});
