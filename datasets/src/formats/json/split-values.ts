/**
 * The objects of a JSON list, or objects that follow each other, cut out of a stream of bytes
 * without holding more than one of them. The cutter only follows brackets and strings; each object
 * is then parsed by itself, so an id beyond 2⁵³ keeps its digits and a malformed object is one bad
 * line. A streaming parser from the registry would give neither the text of a number nor a line.
 */
import { errors } from '../../errors.ts';
import { MAX_RECORD_BYTES } from '../records.ts';

const LINE_FEED = 10;
const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;

/** The values that are cut out. @param path `'products[]'` for an element of the list `products` */
export type IsRecord = (path: string, isObject: boolean) => boolean;

/** @param line of the first byte of the value, from 1 */
export type OnValue = (line: number, bytes: Buffer) => void;

export interface ValueCutter {
  write(block: Buffer): void;
  /** @throws LorekeepError `IMPORT_FILE_UNREADABLE` if the text ends inside a value or a list */
  end(): void;
}

interface Container {
  /** The path of the values in it, for an object without the key. */
  path: string;
  isList: boolean;
  /** The key of an object before its value; undefined while a key is expected. */
  key: string | undefined;
}

/** The records of the list at `root`; of the top of the file if it is empty. */
export const recordsAt =
  (root: string): IsRecord =>
  (path, isObject) =>
    path === `${root}[]` || (root === '' && path === '' && isObject);

/** @throws LorekeepError `IMPORT_LINE_TOO_LONG` */
export function createValueCutter(file: string, isRecord: IsRecord, onValue: OnValue): ValueCutter {
  const containers: Container[] = [];
  let line = 1;
  /** The quote that ends the string the cutter is in; 0 outside. */
  let quote = 0;
  let escaped = false;
  /** Parts of the value or key that is being read, from earlier blocks. */
  let parts: Buffer[] = [];
  let length = 0;
  let reading: 'nothing' | 'value' | 'scalar' | 'key' | 'string' = 'nothing';
  let depth = 0;
  let firstLine = 0;

  const pathOfValue = () => {
    const top = containers.at(-1);
    if (top === undefined) return '';
    return top.isList ? `${top.path}[]` : `${top.path}${top.path === '' ? '' : '.'}${top.key ?? ''}`;
  };
  const finish = (block: Buffer, start: number, end: number) => {
    const bytes = Buffer.concat([...parts, block.subarray(start, end)]);
    parts = [];
    length = 0;
    const kind = reading;
    reading = 'nothing';
    const top = containers.at(-1);
    if (kind === 'key' && top !== undefined) top.key = keyOf(bytes);
    else if (kind === 'value' || kind === 'scalar') onValue(firstLine, bytes);
  };

  function write(block: Buffer): void {
    let start = 0;
    for (let i = 0; i < block.length; i++) {
      const byte = block[i];
      if (byte === LINE_FEED) line++;
      if (quote !== 0) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === quote) {
          quote = 0;
          if (reading === 'key' || reading === 'string' || depth === 0) finish(block, start, i + 1);
        }
        continue;
      }
      if (reading === 'value') {
        if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
        else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
        else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
          depth--;
          if (depth === 0) finish(block, start, i + 1);
        }
        continue;
      }
      if (reading === 'scalar') {
        if (byte > 32 && byte !== COMMA && byte !== CLOSE_BRACKET && byte !== CLOSE_BRACE) continue;
        finish(block, start, i);
      }
      if (readStructure(byte)) start = i;
    }
    if (reading === 'nothing') return;
    parts.push(Buffer.from(block.subarray(start)));
    length += block.length - start;
    if (length > MAX_RECORD_BYTES) {
      throw errors.IMPORT_LINE_TOO_LONG({ file, line: firstLine, limit: MAX_RECORD_BYTES });
    }
  }

  /** Whether a value or a key begins at this byte. */
  function readStructure(byte: number): boolean {
    const top = containers.at(-1);
    if (byte <= 32 || byte === 58 || byte === 0xef || byte === 0xbb || byte === 0xbf) return false;
    if (byte === COMMA) {
      if (top !== undefined) top.key = undefined;
      return false;
    }
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      containers.pop();
      return false;
    }
    firstLine = line;
    if (top !== undefined && !top.isList && top.key === undefined) {
      quote = byte;
      reading = 'key';
      return true;
    }
    const path = pathOfValue();
    const isOpening = byte === OPEN_BRACE || byte === OPEN_BRACKET;
    if (isRecord(path, byte === OPEN_BRACE)) {
      depth = isOpening ? 1 : 0;
      const isString = byte === QUOTE || byte === APOSTROPHE;
      if (isString) quote = byte;
      reading = isOpening || isString ? 'value' : 'scalar';
      return true;
    }
    if (isOpening) containers.push({ path, isList: byte === OPEN_BRACKET, key: undefined });
    else if (byte === QUOTE || byte === APOSTROPHE) {
      quote = byte;
      reading = 'string';
      return true;
    }
    return false;
  }

  return {
    write,
    end() {
      if (reading === 'scalar') finish(Buffer.alloc(0), 0, 0);
      if (reading === 'nothing' && containers.length === 0) return;
      const reason = `it ends inside a JSON value; the last one begins in line ${firstLine}`;
      throw errors.IMPORT_FILE_UNREADABLE({ file, reason });
    },
  };
}

function keyOf(bytes: Buffer): string {
  const text = bytes.toString();
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
