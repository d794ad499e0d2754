/** Every error of this package. Codes are stable; `docs/reference/errors.md` explains them. */
import { resolve } from 'node:path';
import { defineErrors, failure, usage } from '@lorekeep/core';
import type { BadLine } from './bad-line.ts';
import type { IdMismatch } from './id-mismatch.ts';

/** A file lacks a required column, or no file has the column that an option names. */
type MissingColumn =
  | { file: string; field: string; found: string[]; accepted: readonly string[] }
  | { field: string; name: string };

/** A data folder is a file, has no file of one kind (`missing`), or several files of it (`found`). */
type DataFolderProblem = { directory: string } & ({ isFile: true } | { missing: string } | { found: string[] });

/** A column that may hold a field, with examples of its values. */
interface ColumnCandidate {
  column: string;
  values: string[];
}

/** Malformed lines, and what is known about their remedy. */
interface BadLines {
  count: number;
  allowed: number;
  bad: BadLine[];
  causes?: { effect: string; cause: string; count: number; examples: BadLine[] }[];
  /** With these lines left out, the import would bring something. Default true. */
  skippable?: boolean;
  /** Most events are of unknown items. */
  mismatch?: IdMismatch;
  /** An item id was given twice. */
  repeated?: boolean;
}

interface ChangedOption {
  option: string;
  before: unknown;
  now: unknown;
}

const quoted = (name: string) => JSON.stringify(name);

const fieldTitle = (field: string) => (field === 'timestamp' ? 'time' : field);

/** One line for a cause, with up to three examples. */
function causeLines({ effect, cause, count, examples }: NonNullable<BadLines['causes']>[number]): string[] {
  const left = effect === 'event' ? ' (events left out)' : '';
  return [
    `  ${count.toLocaleString('en-US')} × ${cause}${left}`,
    ...examples.map(({ file, line, reason }) => `      ${file}:${line}  ${reason}`),
  ];
}

/** What the two sides of a mismatch look like. */
export function mismatchText({ events, of, examples, catalogue, difference }: IdMismatch): string {
  const shown = `The log has ids such as ${examples.map(quoted).join(', ')}`;
  if (catalogue.length === 0) return `${shown}, and there is no catalogue.`;
  const agree = difference === undefined ? '' : ` They agree if ${difference} are ignored.`;
  return `${events} of ${of} events are of unknown items. ${shown}, the catalogue ${catalogue.map(quoted).join(', ')}.${agree}`;
}

function badLinesHint({ count, mismatch, skippable = true, repeated }: BadLines): string {
  const lines = `${count} bad line${count === 1 ? '' : 's'}`;
  if (mismatch !== undefined) {
    const remedy =
      mismatch.catalogue.length === 0 ? '' : "Correct the ids, or leave out these events (unknownItems: 'skip'). ";
    return `${mismatchText(mismatch)} ${remedy}To add the items by their ids alone: unknownItems: 'add'.`;
  }
  if (repeated === true)
    return "Correct the lines, or say which record of an item counts: repeatedItems: 'last' or 'first'.";
  return skippable
    ? `Correct the lines, or allow ${lines} to be skipped.`
    : 'Correct the lines: without them, nothing is left.';
}

/** One option that differs from an earlier import. */
export const changeText = ({ option, before, now }: ChangedOption) =>
  `${option} was ${JSON.stringify(before) ?? 'not given'} and is ${JSON.stringify(now) ?? 'not given'}`;

export const errors = defineErrors({
  IMPORT_FILE_MISSING: usage<{ file: string }>({
    message: ({ file }) => `${resolve(file)} does not exist.`,
    hint: 'Correct the path. A relative path starts from the current directory of the process.',
  }),
  IMPORT_FILE_UNREADABLE: usage<{ file: string; reason: string }>({
    message: ({ file, reason }) => `${file} cannot be read: ${reason}`,
    hint: 'Check that the file is complete and readable and that its format matches its name. Nothing was imported.',
  }),
  IMPORT_UNKNOWN_FORMAT: usage<{ file: string }>({
    message: ({ file }) =>
      `${file} is no table with a separator, no JSON and no Parquet, and its name tells no format.`,
    hint: 'Give the format (csv, tsv, jsonl, json or parquet) or the separator.',
  }),
  IMPORT_UNSUPPORTED_FORMAT: usage<{ file: string; kind: string; advice: string }>({
    message: ({ file, kind }) => `${file} is ${kind}, which an import does not read.`,
    hint: ({ advice }) => advice,
  }),
  IMPORT_ENCODING_UNCLEAR: usage<{ file: string; candidates: string[] }>({
    message: ({ file, candidates }) => {
      const valid = candidates.length === 0 ? '' : `; its bytes are valid in ${candidates.join(', ')}`;
      return `${file} is not UTF-8 text, and its encoding cannot be told${valid}.`;
    },
    hint: 'Give the encoding, such as shift_jis, gb18030 or windows-1251.',
  }),
  IMPORT_SEPARATOR_UNCLEAR: usage<{ file: string; candidates: { separator: string; columns: number }[] }>({
    message: ({ file, candidates }) => {
      const found = candidates.map(({ separator, columns }) => `${columns} with ${quoted(separator)}`);
      return `The columns of ${file} cannot be told apart: each line has ${found.join(', or ')}.`;
    },
    hint: 'Give the separator.',
  }),
  IMPORT_RECORD_PATH: usage<{ file: string; given?: string; candidates: string[] }>({
    message: ({ file, given, candidates }) => {
      const lists = candidates.length === 0 ? 'no list of objects' : `the lists ${candidates.map(quoted).join(', ')}`;
      return given === undefined
        ? `${file} is one JSON object with ${lists}: which of its values are the records is not clear.`
        : `${file} has no list of objects at ${quoted(given)}; it has ${lists}.`;
    },
    hint: ({ candidates }) =>
      candidates.length === 0
        ? 'Write one object on each line, or a list of objects.'
        : `Give the path of the list of records, such as ${quoted(candidates[0])}.`,
  }),
  IMPORT_HEADER_NEEDED: usage<{ file: string; first: string; columns: number }>({
    message: ({ file, first }) => `${file} has no line of column names; it begins with ${quoted(first)}.`,
    hint: ({ columns }) => `Give the names of its ${columns} columns.`,
  }),
  IMPORT_HEADER_WIDTH: usage<{ file: string; given: string[]; columns: number; first: string }>({
    message: ({ file, given, columns, first }) =>
      `${file} has ${columns} columns, and ${given.length} names were given; it begins with ${quoted(first.slice(0, 200))}.`,
    hint: ({ columns }) => `Give ${columns} names, one for each column.`,
  }),
  IMPORT_FOLDER_EMPTY: usage<{ folder: string }>({
    message: ({ folder }) => `The folder ${folder} has no files with data.`,
    hint: 'Files that are empty or whose names begin with a dot or an underscore are not read.',
  }),
  IMPORT_FOLDER_MIXED: usage<{ folder: string; files: Record<string, string[]> }>({
    message: ({ folder, files }) => {
      const found = Object.entries(files).map(([format, [first, ...others]]) =>
        others.length === 0 ? `${format} (${first})` : `${format} (${first} and ${others.length} more)`,
      );
      return `The files of ${folder} have several formats: ${found.join(', ')}.`;
    },
    hint: 'Name the files one by one, or with a pattern such as "events/*.csv".',
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
  IMPORT_COLUMN_QUESTION: usage<{ file: string; field: string; candidates: ColumnCandidate[] }>({
    message: ({ file, field, candidates }) => {
      const shown = candidates.map(({ column, values }) => `${quoted(column)} (${values.join(', ') || 'no values'})`);
      return `${file}: which column is the ${fieldTitle(field)}? It may be ${shown.join(' or ')}.`;
    },
    hint: ({ field, candidates }) => `Name it: columns: { ${field}: ${quoted(candidates[0].column)} }.`,
  }),
  IMPORT_DATE_ORDER: usage<{ file: string; examples: string[]; possible: string[] }>({
    message: ({ file, examples }) =>
      `${file}: the dates do not show which number is the month: ${examples.map(quoted).join(', ')}.`,
    hint: ({ possible }) =>
      `Give the order of day (d), month (m) and year (y): dateOrder: ${possible.map((order) => `'${order}'`).join(' or ')}.`,
  }),
  IMPORT_BAD_LINES: usage<BadLines>({
    message: ({ count, allowed, bad, causes = [] }) => {
      const first = `${count === 1 ? '' : 'the first '}${bad[0].file}:${bad[0].line}`;
      const limit = allowed === 0 ? '' : `, more than the ${allowed} allowed`;
      const head = `${count} bad line${count === 1 ? '' : 's'} (${first})${limit}; nothing was imported.`;
      return [head, ...causes.flatMap(causeLines)].join('\n');
    },
    hint: badLinesHint,
  }),
  IMPORT_TIMES_MIXED: usage<{ files: string[]; ordinals: boolean }>({
    message: ({ files, ordinals }) => {
      const [given, stored] = ordinals ? ['no timestamps', 'have some'] : ['timestamps', 'have none'];
      return `The events of ${files.join(', ')} have ${given}, but stored events ${stored}: their order is unknown.`;
    },
    hint: 'Give all events timestamps or none, or import into another store. Nothing was imported.',
  }),
  IMPORT_EMPTY_CATALOGUE: usage<{ files: string[]; log?: boolean }>({
    message: ({ files }) => `There are no items in ${files.join(', ') || 'the store'}.`,
    hint: ({ log }) =>
      log === true
        ? "Give a file with at least one item, or add the items of the events by their ids: unknownItems: 'add'. Nothing was imported."
        : 'Give a file with at least one item. Nothing was imported.',
  }),
  IMPORT_EMPTY_LOG: usage<{ files: string[] }>({
    message: ({ files }) => `${files.join(', ')}: no event is left to import, so the events of earlier imports stay.`,
    hint: 'Check the files: with `replace` they must hold the whole log. Nothing was changed.',
  }),
  IMPORT_NOTHING_LEFT: usage<{ minUserEvents: number; minItemEvents: number }>({
    message: ({ minUserEvents, minItemEvents }) =>
      `The k-core is empty: no users with ${minUserEvents} events and items with ${minItemEvents} events remain.`,
    hint: 'Lower the minimum number of events. Nothing was imported.',
  }),
  IMPORT_DIRECTORY: usage<DataFolderProblem>({
    message: (details) => {
      const { directory } = details;
      if ('isFile' in details) return `${directory} is a file; a folder with the files of items and events is needed.`;
      return 'missing' in details
        ? `${directory} has no file ${details.missing}.`
        : `${directory} has more than one candidate: ${details.found.join(', ')}.`;
    },
    hint: (details) =>
      'isFile' in details
        ? 'Name the folder that contains the files, or import the files one by one.'
        : 'missing' in details
          ? 'A data folder holds items.* and interactions.* or events.*: jsonl, csv, tsv or parquet, also .gz or .zst.'
          : 'Name the files of items and events one by one.',
  }),
  IMPORT_OTHER_DATA: usage<{ held: string[]; wanted: string[]; changed?: ChangedOption[] }>({
    message: ({ held, changed }) =>
      changed === undefined || changed.length === 0
        ? `The store already holds other data: ${held.join(', ')}.`
        : `The store already holds these files, read with other options: ${changed.map(changeText).join('; ')}.`,
    hint: ({ changed }) =>
      changed === undefined || changed.length === 0
        ? 'Use a separate store for this data, or allow the import to add to the store. Nothing was changed.'
        : 'Give the same options as before, or use a separate store. Nothing was changed.',
  }),
  IMPORT_OPTION: usage<{ name: string; value: unknown; expected: string }>({
    message: ({ name, value, expected }) => `${name} is ${JSON.stringify(value)}; expected ${expected}.`,
  }),
  IMPORT_STAGING: failure<{ directory: string; reason: string }>({
    message: ({ reason }) => `The import's temporary database failed: ${reason}`,
    hint: ({ directory }) =>
      `Check that ${directory} has free space of several times the size of the files. Nothing was imported.`,
  }),

  MAPPING_UNKNOWN: usage<{ name: string; known: readonly string[] }>({
    http: 400,
    message: ({ name }) => `There is no mapping for events of ${JSON.stringify(name)}.`,
    hint: ({ known }) => `There are mappings for ${known.join(', ')}.`,
  }),
  MAPPING_INVALID: usage<{ problem: string }>({
    message: ({ problem }) => `The description of the mapping is not valid: ${problem}.`,
    hint: 'See the guide "Send events" for its keys.',
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
