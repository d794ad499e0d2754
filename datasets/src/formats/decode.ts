/**
 * The text of a file in UTF-8, from any encoding of the Encoding Standard (Node has them all) or
 * UTF-32. Bytes that a decoder cannot read become U+FFFD, by which their line is found.
 */
import type { Dialect } from './source-file.ts';
import { openUnpacked } from './unpack.ts';

export const REPLACEMENT = '\ufffd';

/** A decoder for text that comes in blocks. */
export interface BlockDecoder {
  decode(block: Buffer, atEnd: boolean): string;
}

/** The name of an encoding as a dialect has it; undefined if there is no such encoding. */
export function encodingLabel(name: string): string | undefined {
  const plain = name.trim().toLowerCase();
  const wide = /^utf-?32-?(le|be)$/.exec(plain);
  if (wide !== null) return `utf-32${wide[1]}`;
  try {
    return new TextDecoder(plain.replace(/^cp-?(125\d)$/, 'windows-$1').replace(/^utf(8|16)/, 'utf-$1')).encoding;
  } catch {
    return undefined;
  }
}

export function createDecoder(encoding: string): BlockDecoder {
  if (encoding.startsWith('utf-32')) return createWideDecoder(encoding.endsWith('be'));
  const decoder = new TextDecoder(encoding);
  return { decode: (block, atEnd) => decoder.decode(block, { stream: !atEnd }) };
}

function createWideDecoder(bigEndian: boolean): BlockDecoder {
  let rest: Buffer = Buffer.alloc(0);
  let first = true;
  return {
    decode(block, atEnd) {
      const bytes = Buffer.concat([rest, block]);
      const whole = bytes.length - (bytes.length % 4);
      rest = Buffer.from(bytes.subarray(whole));
      const points: string[] = [];
      for (let i = 0; i < whole; i += 4) {
        const point = bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i);
        const isText = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        if (!(first && point === 0xfeff)) points.push(isText ? String.fromCodePoint(point) : REPLACEMENT);
        first = false;
      }
      return points.join('') + (atEnd && rest.length > 0 ? REPLACEMENT : '');
    },
  };
}

/** @throws LorekeepError `IMPORT_FILE_UNREADABLE` */
export async function* openText(
  path: string,
  { compression, encoding }: Pick<Dialect, 'compression' | 'encoding'>,
): AsyncGenerator<Buffer> {
  const bytes = openUnpacked(path, compression);
  if (encoding === 'utf-8') {
    yield* bytes;
    return;
  }
  const decoder = createDecoder(encoding);
  for await (const block of bytes) {
    const text = decoder.decode(block, false);
    if (text !== '') yield Buffer.from(text);
  }
  const end = decoder.decode(Buffer.alloc(0), true);
  if (end !== '') yield Buffer.from(end);
}
