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

const HEAD_BYTES = 12;
const FORMAT = 1;
/** Bytes of a buffer from which on a view of it pays. */
const MIN_VIEW = 1 << 16;
const PRECISIONS: readonly KnowledgePrecision[] = ['fp32', 'fp16', 'int8'];

/** Numbers that are written as floats or as the bits of floats, over the same memory. */
export interface Numbers {
  floats: Float32Array;
  words: Uint32Array;
}

export function createNumbers(count: number): Numbers {
  const floats = new Float32Array(count);
  return { floats, words: new Uint32Array(floats.buffer) };
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
  // Of a large buffer that has many entries, halves are read as such; that takes two thirds of the time.
  let viewed: Uint8Array | undefined;
  let view: Uint16Array = new Uint16Array(0);
  const readers: Record<KnowledgePrecision, BlobCodec['decode']> = {
    fp32(bytes, at, { offset, dim }, { words }, to) {
      for (let j = 0, from = at + HEAD_BYTES + 4 * offset; j < dim; j++, from += 4)
        words[to + j] = bytes[from] | (bytes[from + 1] << 8) | (bytes[from + 2] << 16) | (bytes[from + 3] << 24);
    },
    fp16(bytes, at, { offset, dim }, { floats }, to) {
      const from = at + HEAD_BYTES + 2 * offset;
      if (bytes !== viewed && bytes.length >= MIN_VIEW) {
        viewed = bytes;
        view = new Uint16Array(bytes.buffer, 0, bytes.buffer.byteLength >> 1);
      }
      const first = bytes.byteOffset + from;
      if (bytes === viewed && (first & 1) === 0)
        for (let j = 0, place = first / 2; j < dim; j++) floats[to + j] = HALVES[view[place + j]];
      else
        for (let j = 0, place = from; j < dim; j++, place += 2)
          floats[to + j] = HALVES[bytes[place] | (bytes[place + 1] << 8)];
    },
    int8(bytes, at, { offset, dim, index }, { floats }, to) {
      const scale = readFloat(bytes, at + HEAD_BYTES + 4 * index);
      for (let j = 0, from = at + codes + offset; j < dim; j++)
        floats[to + j] = ((bytes[from + j] << 24) >> 24) * scale;
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
      for (let j = 0; j < HEAD_BYTES; j++) if (bytes[at + j] !== head[j]) return false;
      return true;
    },
    decode: readers[precision],
  };
}
