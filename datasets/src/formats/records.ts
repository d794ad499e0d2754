/**
 * A text file cut into records, each with the number of its first line. The code is written by hand
 * because messages must name the right line: blank lines, CRLF, a byte-order mark, line breaks
 * inside quotes and bytes that are not UTF-8 must not shift or hide a line number. Memory is one
 * block of about 1 MiB plus a record that spans two blocks.
 *
 * The bytes of a block become one string, which is then cut. A block with bytes that are not UTF-8
 * is read as Latin-1 instead: one character per byte, and the cuts are the same because separators
 * are ASCII. Its fields are then decoded one by one, so only the bad line is reported.
 */
import { isUtf8 } from 'node:buffer';
import { errors } from '../errors.ts';
import { type Cut, cutLines, type OnRecord } from './lines.ts';
import { cutTable, type TableSyntax } from './table.ts';

/** A longer record means that the file is not text with line breaks. */
export const MAX_RECORD_BYTES = 16 << 20;

/**
 * @param file named in errors
 * @param bytes UTF-8 text, as far as it can be
 * @param syntax that of a table; if absent, each line is a record of one field
 * @param onBlock called after every block: the place for progress and cancellation
 * @throws LorekeepError `IMPORT_UNCLOSED_QUOTE`, `IMPORT_LINE_TOO_LONG`
 */
export async function readRecords(
  file: string,
  bytes: AsyncIterable<Buffer>,
  syntax: TableSyntax | undefined,
  onRecord: OnRecord,
  onBlock: () => void = () => {},
): Promise<void> {
  const onUndecoded = decodeFields(onRecord);
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let first = true;

  function take(block: Buffer, atEnd: boolean): void {
    if (first) block = withoutByteOrderMark(block);
    first = false;
    const encoding = isUtf8(block) ? 'utf8' : 'latin1';
    const text = block.toString(encoding);
    const cut = cutRecords(text, line, syntax, encoding === 'utf8' ? onRecord : onUndecoded);
    if (cut.used < text.length && atEnd) throw errors.IMPORT_UNCLOSED_QUOTE({ file, line: cut.line });
    rest = Buffer.from(text.slice(cut.used), encoding);
    line = cut.line;
    if (rest.length > MAX_RECORD_BYTES) {
      throw syntax?.quoted && rest.includes('"')
        ? errors.IMPORT_UNCLOSED_QUOTE({ file, line })
        : errors.IMPORT_LINE_TOO_LONG({ file, line, limit: MAX_RECORD_BYTES });
    }
  }

  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > MAX_RECORD_BYTES) {
        throw errors.IMPORT_LINE_TOO_LONG({ file, line, limit: MAX_RECORD_BYTES });
      }
    } else {
      take(Buffer.concat([rest, chunk.subarray(0, end)]), false);
      rest = Buffer.concat([rest, chunk.subarray(end)]);
    }
    onBlock();
  }
  if (rest.length > 0) take(rest, true);
}

function cutRecords(text: string, line: number, syntax: TableSyntax | undefined, onRecord: OnRecord): Cut {
  return syntax === undefined ? cutLines(text, line, undefined, onRecord) : cutTable(text, line, syntax, onRecord);
}

function withoutByteOrderMark(block: Buffer): Buffer {
  const marked = block.length >= 3 && block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf;
  return marked ? block.subarray(3) : block;
}

/** Takes records whose fields were read as Latin-1 and passes them on as UTF-8, or as bad lines. */
function decodeFields(onRecord: OnRecord): OnRecord {
  return (line, fields, problem) => {
    const decoded = fields.map(decode);
    if (decoded.includes(undefined)) onRecord(line, [], 'is not UTF-8 text');
    else onRecord(line, decoded as string[], problem);
  };
}

function decode(latin1: string): string | undefined {
  const bytes = Buffer.from(latin1, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
