/**
 * A text file cut into records with the number of the line each starts on. Written by hand because these line numbers are the
 * point: blank lines, CRLF, a byte-order mark, line breaks inside quotes and bytes that are not UTF-8 must not shift
 * or hide a single one. Memory is one block of about a mebibyte plus the record that spans two blocks.
 *
 * The bytes of a block become one string and are cut there. A block with a byte sequence that is not UTF-8 is read as
 * Latin-1 instead (one character a byte; separators are ASCII, so it cuts the same way), and its fields are decoded
 * one by one, so that just the bad line is reported.
 */
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { lineTooLong, unclosedQuote } from './errors.ts';

/** No honest record is longer; a file that is not text with line breaks soon is. Bytes. */
export const MAX_RECORD_BYTES = 16 << 20;

/** Takes one record: its line from 1, its fields (one, the whole line, for JSONL) or what is wrong with it. */
export type OnRecord = (line: number, fields: string[], problem: string | undefined) => void;

const NOT_UTF8 = 'is not UTF-8 text';
const AFTER_QUOTE = 'has text after a closing quote';

/**
 * @param file named in errors
 * @param onBlock awaited after every block, with the bytes read so far: the place for progress and back-pressure
 * @throws LorekeepError `IMPORT_UNCLOSED_QUOTE`, `IMPORT_LINE_TOO_LONG`
 */
export async function readRecords(
  file: string,
  stream: Readable,
  format: 'csv' | 'tsv' | 'jsonl',
  onRecord: OnRecord,
  onBlock: (bytes: number) => Promise<void> | void = () => {},
): Promise<void> {
  const separator = format === 'csv' ? ',' : format === 'tsv' ? '\t' : undefined;
  const cut = format === 'csv' ? cutQuoted : cutLines;
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let bytes = 0;
  let first = true;

  function take(block: Buffer, atEnd: boolean): void {
    if (first && block.length >= 3 && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf) {
      block = block.subarray(3);
    }
    first = false;
    const clean = isUtf8(block);
    const text = block.toString(clean ? 'utf8' : 'latin1');
    const onCut: OnRecord = clean
      ? onRecord
      : (at, fields, problem) => {
          const decoded = fields.map(decode);
          if (decoded.includes(undefined)) onRecord(at, [], NOT_UTF8);
          else onRecord(at, decoded as string[], problem);
        };
    const { line: next, used } = cut(text, line, separator, atEnd, onCut);
    if (used < text.length && atEnd) throw unclosedQuote(file, next);
    rest = clean ? Buffer.from(text.slice(used), 'utf8') : Buffer.from(text.slice(used), 'latin1');
    line = next;
    if (rest.length > MAX_RECORD_BYTES) {
      throw format === 'csv' && rest.includes('"')
        ? unclosedQuote(file, line)
        : lineTooLong(file, line, MAX_RECORD_BYTES);
    }
  }

  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > MAX_RECORD_BYTES) throw lineTooLong(file, line, MAX_RECORD_BYTES);
    } else {
      take(Buffer.concat([rest, chunk.subarray(0, end)]), false);
      rest = Buffer.concat([rest, chunk.subarray(end)]);
    }
    await onBlock(bytes);
  }
  if (rest.length > 0) take(rest, true);
}

interface Cut {
  /** The line after the last record taken. */
  line: number;
  /** Characters used up; the rest is a record that goes on in the next block. */
  used: number;
}

/** A record a line: TSV (fields by `separator`) and JSONL (no separator: the line is the only field). */
function cutLines(text: string, line: number, separator: string | undefined, _atEnd: boolean, on: OnRecord): Cut {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    const record = text.slice(start, stop);
    if (separator === undefined) {
      if (record.trim() !== '') on(line, [record], undefined);
    } else if (record.includes(separator) || record.trim() !== '') {
      on(line, record.split(separator), undefined);
    }
    line++;
    start = end + 1;
  }
  return { line, used: Math.min(start, text.length) };
}

/** RFC 4180. A quote opens a quoted field only as its first character; inside one, two quotes are one. */
function cutQuoted(text: string, line: number, separator: string | undefined, atEnd: boolean, on: OnRecord): Cut {
  // Without a quote there is nothing to it, and most files have none.
  if (!text.includes('"')) return cutLines(text, line, separator, atEnd, on);
  const comma = separator!.charCodeAt(0);
  let start = 0;
  while (start < text.length) {
    let at = start;
    let next = line;
    let problem: string | undefined;
    const fields: string[] = [];
    for (;;) {
      if (text.charCodeAt(at) === 34) {
        let field = '';
        let from = at + 1;
        for (;;) {
          const quote = text.indexOf('"', from);
          if (quote < 0) return { line, used: start };
          field += text.slice(from, quote);
          at = quote + 1;
          if (text.charCodeAt(at) !== 34) break;
          field += '"';
          from = at + 1;
        }
        for (let i = field.indexOf('\n'); i >= 0; i = field.indexOf('\n', i + 1)) next++;
        const stray = at;
        while (at < text.length && text.charCodeAt(at) !== comma && text.charCodeAt(at) !== 10) at++;
        if (text.slice(stray, at).trim() !== '') problem ??= AFTER_QUOTE;
        fields.push(field);
      } else {
        const from = at;
        while (at < text.length && text.charCodeAt(at) !== comma && text.charCodeAt(at) !== 10) at++;
        const stop = at > from && text.charCodeAt(at) !== comma && text.charCodeAt(at - 1) === 13 ? at - 1 : at;
        fields.push(text.slice(from, stop));
      }
      if (text.charCodeAt(at) !== comma) break;
      at++;
    }
    if (!(fields.length === 1 && fields[0].trim() === '')) on(line, fields, problem);
    line = next + 1;
    start = at + 1;
  }
  return { line, used: Math.min(start, text.length) };
}

function decode(latin1: string): string | undefined {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
