/**
 * The encoding of a text, from evidence in all of its bytes: a byte-order mark; zero bytes, which
 * only UTF-16 and UTF-32 have; valid UTF-8; else Western letters of Windows-1252, which includes
 * Latin-1. A file of UTF-8 with some invalid bytes is damaged UTF-8, and its damaged lines are bad
 * lines. A file of another encoding is refused, because any choice would be a guess.
 */
import { isUtf8 } from 'node:buffer';
import { errors } from '../../errors.ts';

export const SINGLE_BYTE = 'windows-1252';

/** Fewer bytes that are not UTF-8 tell nothing about their encoding. */
const ENOUGH = 8;
/** Encodings that are named as candidates if all bytes are valid in them, most specific first. */
const CANDIDATES = ['shift_jis', 'euc-kr', 'big5', 'gb18030', 'windows-1251', 'windows-1253', 'windows-1250'];

/** The encoding that the first bytes show without doubt. */
export function wideEncoding(head: Buffer): string | undefined {
  if (head.length >= 4 && head.readUInt32LE() === 0xfeff) return 'utf-32le';
  if (head.length >= 4 && head.readUInt32BE() === 0xfeff) return 'utf-32be';
  if (head.length >= 2 && head.readUInt16LE() === 0xfeff) return 'utf-16le';
  if (head.length >= 2 && head.readUInt16BE() === 0xfeff) return 'utf-16be';
  // Without a mark: the separators and digits of any table have zeros at fixed places.
  const zeros = [0, 0, 0, 0];
  const whole = Math.min(head.length - (head.length % 4), 1 << 16);
  if (whole === 0 || !head.subarray(0, whole).includes(0)) return undefined;
  for (let i = 0; i < whole; i++) if (head[i] === 0) zeros[i % 4]++;
  const [first, second, third, fourth] = zeros.map((count) => count / (whole / 4));
  if (second > 0.9 && third > 0.9 && fourth > 0.9 && first < 0.1) return 'utf-32le';
  if (first > 0.9 && second > 0.9 && third > 0.9 && fourth < 0.1) return 'utf-32be';
  if (second > 0.2 && fourth > 0.2 && first + third < (second + fourth) / 4) return 'utf-16le';
  if (first > 0.2 && third > 0.2 && second + fourth < (first + third) / 4) return 'utf-16be';
  return undefined;
}

/** Whether the share of zero bytes is too large for a text of single bytes. */
export function isBinary(head: Buffer): boolean {
  let zeros = 0;
  for (const byte of head) if (byte === 0) zeros++;
  return zeros > head.length * 0.05;
}

/** Whether all blocks are UTF-8; characters may span blocks. */
export function createUtf8Check(): { take(block: Buffer): void; isValid(): boolean } {
  let valid = true;
  let rest: Buffer = Buffer.alloc(0);
  return {
    take(block) {
      if (!valid) return;
      const bytes = rest.length === 0 ? block : Buffer.concat([rest, block]);
      const end = bytes.length - incompleteBytes(bytes);
      rest = Buffer.from(bytes.subarray(end));
      valid = isUtf8(bytes.subarray(0, end));
    },
    isValid: () => valid && rest.length === 0,
  };
}

/** How many bytes at the end begin a character that continues in the next block. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < sequenceLength(byte) ? back : 0;
  }
  return 0;
}

const sequenceLength = (lead: number) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2);

/** What the bytes beyond ASCII are, over the whole text. */
export interface HighBytes {
  /** Valid sequences of UTF-8. */
  sequences: number;
  /** Bytes that are part of none. */
  invalid: number;
  /** Invalid bytes that are Western letters or signs in Windows-1252. */
  western: number;
  /** Invalid bytes beside another byte beyond ASCII. */
  adjacent: number;
  /** Encodings in which all bytes are valid. */
  candidates: string[];
}

/** Counts bytes beyond ASCII in blocks. A character that two blocks share counts as invalid. */
export async function countHighBytes(blocks: AsyncIterable<Buffer>): Promise<HighBytes> {
  const counts = { sequences: 0, invalid: 0, western: 0, adjacent: 0 };
  const decoders = new Map(CANDIDATES.map((name) => [name, new TextDecoder(name, { fatal: true })]));
  let rest: Buffer = Buffer.alloc(0);
  for await (const block of blocks) {
    for (const [name, decoder] of decoders) {
      try {
        decoder.decode(block, { stream: true });
      } catch {
        decoders.delete(name);
      }
    }
    const bytes = Buffer.concat([rest, block]);
    const end = bytes.length - incompleteBytes(bytes);
    rest = Buffer.from(bytes.subarray(end));
    countIn(bytes.subarray(0, end), counts);
  }
  countIn(rest, counts);
  return { ...counts, candidates: [...decoders.keys()] };
}

function countIn(bytes: Buffer, counts: Omit<HighBytes, 'candidates'>): void {
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i];
    if (byte < 0x80) {
      i++;
      continue;
    }
    const length = byte >= 0xc2 && byte < 0xf5 ? sequenceLength(byte) : 0;
    if (length > 0 && i + length <= bytes.length && isUtf8(bytes.subarray(i, i + length))) {
      counts.sequences++;
      i += length;
      continue;
    }
    counts.invalid++;
    if (isWestern(byte)) counts.western++;
    if (bytes[i - 1] >= 0x80 || bytes[i + 1] >= 0x80) counts.adjacent++;
    i++;
  }
}

/** Windows-1252 has letters, quotes, dashes and signs here. 0xFE and 0xFF (þ, ÿ) are hardly ever text. */
function isWestern(byte: number): boolean {
  if (byte >= 0xa0) return byte < 0xfe;
  return (
    [0x80, 0x82, 0x84, 0x85, 0x8a, 0x8c, 0x8e, 0x95, 0x99, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte) ||
    (byte >= 0x91 && byte <= 0x97)
  );
}

/** The encoding of a text that is not valid UTF-8. @throws LorekeepError `IMPORT_ENCODING_UNCLEAR` */
export function encodingOf(file: string, { sequences, invalid, western, adjacent, candidates }: HighBytes): string {
  if (sequences > invalid * 0.02) return 'utf-8';
  const isWesternText = western >= invalid * 0.9 && adjacent <= invalid * 0.3;
  if (isWesternText) return SINGLE_BYTE;
  if (invalid < ENOUGH) return 'utf-8';
  throw errors.IMPORT_ENCODING_UNCLEAR({ file, candidates });
}
