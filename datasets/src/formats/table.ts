/**
 * The text of a table cut into records. Quotes follow RFC 4180: a quote opens a quoted field only
 * if it is the field's first character; inside a quoted field two quotes stand for one. With
 * `backslash`, a backslash before a separator, a quote, a backslash or a line break makes it an
 * ordinary character, as MySQL and Python write it.
 */
import { type Cut, cutLines, type OnRecord } from './lines.ts';

export interface TableSyntax {
  separator: string;
  quoted: boolean;
  /** Blanks may stand between a separator and an opening quote. */
  padded: boolean;
  backslash: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const BLANK = 32;

/** Escapes of MySQL's and PostgreSQL's text files, whose fields are not quoted. */
const CONTROL: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', '0': '\0' };

/**
 * Where the reading of a record stands. One object serves all fields, because one per field costs
 * more than the field.
 */
interface Cursor extends TableSyntax {
  readonly text: string;
  readonly separatorCode: number;
  /** The next character; after a field, the separator or the line break behind it. */
  at: number;
  /** Line breaks inside the fields of the record. */
  lineBreaks: number;
  problem: string | undefined;
  /** The last backslash that was searched for; −1 before the first search. */
  backslashAt: number;
}

export function cutTable(text: string, line: number, syntax: TableSyntax, onRecord: OnRecord): Cut {
  // Most files have no quotes, and without quotes every line is a record.
  const quoted = syntax.quoted && text.includes('"');
  const backslash = syntax.backslash && text.includes('\\');
  if (!quoted && !backslash) return cutLines(text, line, syntax.separator, onRecord);
  const cursor: Cursor = {
    ...syntax,
    text,
    separatorCode: syntax.separator.charCodeAt(0),
    at: 0,
    lineBreaks: 0,
    problem: undefined,
    backslashAt: -1,
  };
  while (cursor.at < text.length) {
    const start = cursor.at;
    const fields = readFields(cursor);
    if (fields === undefined) return { line, used: start };
    if (fields.length > 1 || fields[0].trim() !== '') onRecord(line, fields, cursor.problem);
    line += cursor.lineBreaks + 1;
    cursor.at++;
  }
  return { line, used: Math.min(cursor.at, text.length) };
}

/** The fields of one record; undefined if the text ends inside a quoted field. */
function readFields(cursor: Cursor): string[] | undefined {
  cursor.lineBreaks = 0;
  cursor.problem = undefined;
  const { text, quoted, padded, backslash, separator } = cursor;
  const fields: string[] = [];
  for (;;) {
    const from = cursor.at;
    if (padded) while (text.charCodeAt(cursor.at) === BLANK) cursor.at++;
    let field: string | undefined;
    if (quoted && text.charCodeAt(cursor.at) === QUOTE) field = readQuotedField(cursor);
    else {
      cursor.at = from;
      field = backslash ? readEscapedField(cursor) : readPlainField(cursor);
    }
    if (field === undefined) return undefined;
    fields.push(field);
    if (!atSeparator(cursor)) return fields;
    cursor.at += separator.length;
  }
}

function readQuotedField(cursor: Cursor): string | undefined {
  const { text, backslash } = cursor;
  let field = '';
  let from = cursor.at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    const slash = backslash ? findBackslash(cursor, from) : quote;
    if (slash < quote) {
      // A backslash before any other character, as in the paths of Windows, stands for itself.
      const next = text[slash + 1];
      field += text.slice(from, slash) + (next === '"' || next === '\\' || next === '\n' ? '' : '\\') + next;
      from = slash + 2;
      continue;
    }
    field += text.slice(from, quote);
    cursor.at = quote + 1;
    if (text.charCodeAt(cursor.at) !== QUOTE) break;
    field += '"';
    from = cursor.at + 1;
  }
  for (let i = field.indexOf('\n'); i >= 0; i = field.indexOf('\n', i + 1)) cursor.lineBreaks++;
  const closed = cursor.at;
  skipToFieldEnd(cursor);
  if (text.slice(closed, cursor.at).trim() !== '') cursor.problem ??= 'has text after a closing quote';
  return field;
}

/** The next backslash. It is remembered, so that no part of the text is searched twice. */
function findBackslash(cursor: Cursor, from: number): number {
  if (cursor.backslashAt < from) {
    const found = cursor.text.indexOf('\\', from);
    cursor.backslashAt = found < 0 ? Number.POSITIVE_INFINITY : found;
  }
  return cursor.backslashAt;
}

function readPlainField(cursor: Cursor): string {
  const from = cursor.at;
  skipToFieldEnd(cursor);
  return cursor.text.slice(from, cursor.at - lineEnd(cursor, from));
}

/** A field without quotes in which a backslash takes away the meaning of the next character. */
function readEscapedField(cursor: Cursor): string | undefined {
  const { text, separator, quoted } = cursor;
  const start = cursor.at;
  let field = '';
  let from = start;
  for (;;) {
    skipToFieldEnd(cursor, BACKSLASH);
    if (cursor.at >= text.length || text.charCodeAt(cursor.at) !== BACKSLASH) break;
    const { at } = cursor;
    field += text.slice(from, at);
    const next = text[at + 1];
    // A line break that is kept joins the next line, which may be in the next block.
    if (next === undefined || (next === '\n' && at + 2 >= text.length)) return undefined;
    const whole = text.startsWith(separator, at + 1) ? separator : next;
    if (next === '\n') cursor.lineBreaks++;
    if (whole === separator || next === '\n' || next === '\\' || next === '"') field += whole;
    else field += quoted || CONTROL[next] === undefined ? `\\${next}` : CONTROL[next];
    cursor.at = at + 1 + whole.length;
    from = cursor.at;
  }
  return field + text.slice(from, cursor.at - lineEnd(cursor, from));
}

/** 1 if the field ends its line with a carriage return, which is no part of it. */
function lineEnd(cursor: Cursor, from: number): number {
  const { text, at } = cursor;
  return at > from && text.charCodeAt(at - 1) === CARRIAGE_RETURN && !atSeparator(cursor) ? 1 : 0;
}

function atSeparator({ text, at, separator, separatorCode }: Cursor): boolean {
  return text.charCodeAt(at) === separatorCode && (separator.length === 1 || text.startsWith(separator, at));
}

function skipToFieldEnd(cursor: Cursor, stop = LINE_FEED): void {
  const { text, separator, separatorCode } = cursor;
  const single = separator.length === 1;
  let { at } = cursor;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED || code === stop) break;
    if (code === separatorCode && (single || text.startsWith(separator, at))) break;
  }
  cursor.at = at;
}
