/**
 * An entry as bytes: all blocks of one entity in one packed blob.
 *
 *     0   1  format, 1
 *     1   1  precision: 0 fp32, 1 fp16, 2 int8
 *     2   1  kind: 0 user, 1 item, 2 user and category
 *     3   1  0
 *     4   8  fingerprint of the schema
 *    12      fp32 or fp16: the numbers, little-endian
 *            int8: for each block its scale in fp32, then for each number a signed byte
 *
 * The head is compared before a number is read, so a blob of another schema is never taken for
 * knowledge.
 */
import type { KnowledgePrecision } from '../contract/store.ts';
import type { Kind, KnowledgeLayout, PlacedBlock } from '../schema/layout.ts';
import { KINDS } from '../schema/layout.ts';
import { HALVES, halfBits } from './half.ts';
import { createWindows, hasWindow, offsetIn } from './window.ts';

const HEAD_BYTES = 12;
const FORMAT = 1;
const PRECISIONS: readonly KnowledgePrecision[] = ['fp32', 'fp16', 'int8'];

/** Numbers that are written as floats or as the bits of floats, over the same memory. */
export interface Numbers {
  floats: Float32Array;
  words: Uint32Array;
}

/** @param floats zeros */
export function createNumbers(count: number, floats: Float32Array = new Float32Array(count)): Numbers {
  return { floats, words: new Uint32Array(floats.buffer, floats.byteOffset, count) };
}

export interface BlobCodec {
  /** Bytes of one blob. */
  byteLength: number;
  /** Writes the entry that starts at `from` in `values`. */
  encode(values: Float32Array, from: number, out: Uint8Array, at: number): void;
  /** Whether the bytes from `at` on begin with the head of this kind, schema and precision. */
  matches(bytes: Uint8Array, at: number): boolean;
  /** Reads one block into `out`, from `to` on. */
  decode(bytes: Uint8Array, at: number, block: PlacedBlock, out: Numbers, to: number): void;
}

const word = new Uint32Array(1);
const number = new Float32Array(word.buffer);

function writeFloat(value: number, out: Uint8Array, at: number): void {
  number[0] = value;
  const bits = word[0];
  out[at] = bits;
  out[at + 1] = bits >>> 8;
  out[at + 2] = bits >>> 16;
  out[at + 3] = bits >>> 24;
}

function readFloat(bytes: Uint8Array, at: number): number {
  word[0] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  return number[0];
}

function copy(source: ArrayLike<number>, from: number, out: Float32Array, to: number, count: number): void {
  for (let j = 0; j < count; j++) out[to + j] = source[from + j];
}

/** Numbers of int8, which are signed. */
function scaled(bytes: Uint8Array, from: number, scale: number, out: Float32Array, to: number, count: number): void {
  for (let j = 0; j < count; j++) out[to + j] = ((bytes[from + j] << 24) >> 24) * scale;
}

/** Reads and writes the blobs of one kind of entry of a version. */
export function blobCodec(layout: KnowledgeLayout, kind: Kind, precision: KnowledgePrecision): BlobCodec {
  const blocks = layout.blocks[kind];
  const width = layout.widths[kind];
  const head = Uint8Array.of(
    FORMAT,
    PRECISIONS.indexOf(precision),
    KINDS.indexOf(kind),
    0,
    ...Buffer.from(layout.fingerprint, 'hex'),
  );
  const headWords = new Int32Array(head.buffer);
  const windowAt = createWindows();
  const codes = HEAD_BYTES + 4 * blocks.length;
  const byteLength = { fp32: HEAD_BYTES + 4 * width, fp16: HEAD_BYTES + 2 * width, int8: codes + width }[precision];

  const writers: Record<KnowledgePrecision, BlobCodec['encode']> = {
    fp32(values, from, out, at) {
      for (let j = 0; j < width; j++) writeFloat(values[from + j], out, at + HEAD_BYTES + 4 * j);
    },
    fp16(values, from, out, at) {
      let to = at + HEAD_BYTES;
      for (let j = 0; j < width; j++) {
        const bits = halfBits(values[from + j]);
        out[to++] = bits;
        out[to++] = bits >>> 8;
      }
    },
    int8(values, from, out, at) {
      blocks.forEach(({ offset, dim }, block) => {
        let largest = 0;
        for (let j = offset; j < offset + dim; j++) largest = Math.max(largest, Math.abs(values[from + j]));
        const scale = Math.fround(largest / 127);
        writeFloat(scale, out, at + HEAD_BYTES + 4 * block);
        for (let j = offset; j < offset + dim; j++) {
          const code = scale === 0 ? 0 : Math.round(values[from + j] / scale);
          out[at + codes + j] = Math.max(-127, Math.min(127, code));
        }
      });
    },
  };
  const readers: Record<KnowledgePrecision, BlobCodec['decode']> = {
    fp32(bytes, at, { offset, dim }, { floats, words }, to) {
      const from = at + HEAD_BYTES + 4 * offset;
      if (hasWindow(bytes, at)) {
        const window = windowAt(bytes, at);
        copy(window.floats, offsetIn(window, from) >> 2, floats, to, dim);
      } else
        for (let j = 0, place = from; j < dim; j++, place += 4)
          words[to + j] = bytes[place] | (bytes[place + 1] << 8) | (bytes[place + 2] << 16) | (bytes[place + 3] << 24);
    },
    fp16(bytes, at, { offset, dim }, { floats }, to) {
      const from = at + HEAD_BYTES + 2 * offset;
      if (hasWindow(bytes, at)) {
        const window = windowAt(bytes, at);
        const { halves, halfBits: bits } = window;
        const first = offsetIn(window, from) >> 1;
        if (halves !== undefined) copy(halves, first, floats, to, dim);
        else for (let j = 0; j < dim; j++) floats[to + j] = HALVES[bits[first + j]];
      } else
        for (let j = 0, place = from | 0; j < dim; j++, place += 2)
          floats[to + j] = HALVES[bytes[place] | (bytes[place + 1] << 8)];
    },
    int8(bytes, at, { offset, dim, index }, { floats }, to) {
      const scale = readFloat(bytes, at + HEAD_BYTES + 4 * index);
      const from = at + codes + offset;
      if (hasWindow(bytes, at)) {
        const window = windowAt(bytes, at);
        scaled(window.bytes, offsetIn(window, from), scale, floats, to, dim);
      } else scaled(bytes, from | 0, scale, floats, to, dim);
    },
  };
  const encode = writers[precision];
  return {
    byteLength,
    encode(values, from, out, at) {
      out.set(head, at);
      encode(values, from, out, at);
    },
    matches(bytes, at) {
      if (bytes.length < at + byteLength) return false;
      if (hasWindow(bytes, at)) {
        const window = windowAt(bytes, at);
        const { words } = window;
        const from = offsetIn(window, at) >> 2;
        return words[from] === headWords[0] && words[from + 1] === headWords[1] && words[from + 2] === headWords[2];
      }
      for (let j = 0; j < HEAD_BYTES; j++) if (bytes[at + j] !== head[j]) return false;
      return true;
    },
    decode: readers[precision],
  };
}
