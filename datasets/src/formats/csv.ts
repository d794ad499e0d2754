/**
 * CSV text cut into records, by RFC 4180. A quote opens a quoted field only if it is the
 * field's first character; inside a quoted field two quotes stand for one.
 */
import { type Cut, cutLines, type OnRecord } from './lines.ts';

const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Where the reading of a record stands. One object serves all fields, because one per field costs
 * more than the field.
 */
interface Cursor {
  readonly text: string;
  /** The next character; after a field, the comma or the line break behind it. */
  at: number;
  /** Line breaks inside the quotes of the record. */
  lineBreaks: number;
  problem: string | undefined;
}

export function cutCsv(text: string, line: number, onRecord: OnRecord): Cut {
  // Most files have no quotes, and without quotes every line is a record.
  if (!text.includes('"')) return cutLines(text, line, ',', onRecord);
  const cursor: Cursor = { text, at: 0, lineBreaks: 0, problem: undefined };
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
  const fields: string[] = [];
  for (;;) {
    const field = cursor.text.charCodeAt(cursor.at) === QUOTE ? readQuotedField(cursor) : readPlainField(cursor);
    if (field === undefined) return undefined;
    fields.push(field);
    if (cursor.text.charCodeAt(cursor.at) !== COMMA) return fields;
    cursor.at++;
  }
}

function readQuotedField(cursor: Cursor): string | undefined {
  const { text } = cursor;
  let field = '';
  let from = cursor.at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
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

function readPlainField(cursor: Cursor): string {
  const { text } = cursor;
  const from = cursor.at;
  skipToFieldEnd(cursor);
  const { at } = cursor;
  const endsLine = at > from && text.charCodeAt(at) !== COMMA && text.charCodeAt(at - 1) === CARRIAGE_RETURN;
  return text.slice(from, endsLine ? at - 1 : at);
}

function skipToFieldEnd(cursor: Cursor): void {
  const { text } = cursor;
  let { at } = cursor;
  while (at < text.length && text.charCodeAt(at) !== COMMA && text.charCodeAt(at) !== LINE_FEED) at++;
  cursor.at = at;
}
