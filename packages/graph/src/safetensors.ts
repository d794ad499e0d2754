/**
 * Parameter files in the safetensors format (github.com/huggingface/safetensors): eight bytes of
 * header length, a JSON header of names, types, shapes and byte ranges, then the data. The format
 * contains no code to execute.
 *
 * Files may come from untrusted sources, so the reader checks lengths, ranges and shapes before it
 * reads data. Half-precision weights are widened to float32, the precision of all computations.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { writeFileAtomic } from '@lorekeep/core';
import { type ArrayData, type Arrays, checkArray, type DType, sizeOf } from './arrays.ts';
import { errors, reasonOf } from './errors.ts';

/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/** How the format stores a type, and the type that its arrays get here. */
type Stored = { bytes: number; dtype: DType; read: (data: Uint8Array, size: number) => ArrayData };
const STORED: Record<string, Stored> = {
  F32: { bytes: 4, dtype: 'float32', read: (data, size) => new Float32Array(data.buffer as ArrayBuffer, 0, size) },
  F16: { bytes: 2, dtype: 'float32', read: (data, size) => widen(data, size, halfToFloatBits) },
  BF16: { bytes: 2, dtype: 'float32', read: (data, size) => widen(data, size, (bits) => bits << 16) },
  I32: { bytes: 4, dtype: 'int32', read: (data, size) => new Int32Array(data.buffer as ArrayBuffer, 0, size) },
  I64: { bytes: 8, dtype: 'int64', read: (data, size) => new BigInt64Array(data.buffer as ArrayBuffer, 0, size) },
  BOOL: { bytes: 1, dtype: 'bool', read: (data) => data },
  U8: { bytes: 1, dtype: 'uint8', read: (data) => data },
};
const NAMES: Record<DType, string> = { float32: 'F32', int32: 'I32', int64: 'I64', bool: 'BOOL', uint8: 'U8' };

/**
 * Writes all arrays into one file. The write is atomic: a reader sees the old file or the new one.
 *
 * @param metadata strings for the header's `__metadata__`. Default: none.
 * @throws LorekeepError `GRAPH_BAD_FEED` if an array's data does not fit its shape and type
 */
export async function saveSafetensors(
  path: string,
  arrays: Arrays,
  metadata: Record<string, string> = {},
): Promise<void> {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  // The format forbids gaps. Writing the widest elements first keeps every array aligned without
  // them.
  const entries = Object.entries(arrays).sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let end = 0;
  for (const [name, array] of entries) {
    if (name === '__metadata__') throw errors.GRAPH_BAD_FEED({ name, problem: 'is a reserved name' });
    checkArray(name, array);
    const { shape, dtype, data } = array;
    header[name] = { dtype: NAMES[dtype], shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const headerBytes = Buffer.from(text);
  const file = Buffer.alloc(8 + headerBytes.length + end);
  file.writeBigUInt64LE(BigInt(headerBytes.length), 0);
  headerBytes.copy(file, 8);
  let at = 8 + headerBytes.length;
  for (const [, { data }] of entries) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  await writeFileAtomic(path, file);
}

/**
 * Reads all arrays of a file. F16 and BF16 become float32.
 *
 * @throws LorekeepError `SAFETENSORS_HEADER` (not this format), `SAFETENSORS_TRUNCATED` (shorter
 *   than its header says), `SAFETENSORS_OVERLAP` (ranges overlap or leave gaps),
 *   `SAFETENSORS_DTYPE` (an unsupported type)
 */
export async function readSafetensors(path: string): Promise<{ arrays: Arrays; metadata: Record<string, string> }> {
  const file = await open(path, 'r');
  try {
    const { size: fileSize } = await file.stat();
    const { entries, metadata, dataStart } = await readHeader(file, path, fileSize);
    checkRanges(entries, path, fileSize - dataStart);
    const arrays: Arrays = {};
    for (const { name, shape, stored, begin, end } of entries) {
      const bytes = await readExactly(file, path, dataStart + begin, end - begin);
      arrays[name] = { shape, dtype: stored.dtype, data: stored.read(bytes, sizeOf(shape)) };
    }
    return { arrays, metadata };
  } finally {
    await file.close();
  }
}

interface Entry {
  name: string;
  shape: number[];
  stored: Stored;
  begin: number;
  end: number;
}

async function readHeader(file: FileHandle, path: string, fileSize: number) {
  if (fileSize < 8)
    throw errors.SAFETENSORS_TRUNCATED({ path, problem: `is ${fileSize} bytes long, too short for a header` });
  const length = Buffer.from(await readExactly(file, path, 0, 8)).readBigUInt64LE(0);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw errors.SAFETENSORS_HEADER({
      path,
      problem: `claims a header of ${length} bytes (limit ${MAX_HEADER_BYTES})`,
    });
  const dataStart = 8 + Number(length);
  if (dataStart > fileSize)
    throw errors.SAFETENSORS_TRUNCATED({ path, problem: `ends inside its header (${fileSize} of ${dataStart} bytes)` });
  let header: unknown;
  try {
    const bytes = await readExactly(file, path, 8, Number(length));
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw errors.SAFETENSORS_HEADER({ path, problem: `has a header that is not JSON (${reasonOf(error)})` });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw errors.SAFETENSORS_HEADER({ path, problem: 'has a header that is not a JSON object' });
  const { __metadata__: metadata = {}, ...tensors } = header as Record<string, unknown>;
  if (
    typeof metadata !== 'object' ||
    metadata === null ||
    Object.values(metadata).some((value) => typeof value !== 'string')
  )
    throw errors.SAFETENSORS_HEADER({ path, problem: 'has metadata that is not a map of strings' });
  const entries = Object.entries(tensors).map(([name, info]) => readEntry(name, info, path));
  return { entries, metadata: metadata as Record<string, string>, dataStart };
}

function readEntry(name: string, info: unknown, path: string): Entry {
  const { dtype, shape, data_offsets: offsets } = (info ?? {}) as Record<string, unknown>;
  const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(isSize) || !Array.isArray(offsets) || offsets.length !== 2)
    throw errors.SAFETENSORS_HEADER({ path, problem: `describes "${name}" without a valid shape and data_offsets` });
  const [begin, end] = offsets;
  if (!isSize(begin) || !isSize(end) || begin > end)
    throw errors.SAFETENSORS_HEADER({ path, problem: `gives "${name}" the impossible range [${offsets}]` });
  const stored = typeof dtype === 'string' && Object.hasOwn(STORED, dtype) ? STORED[dtype] : undefined;
  if (stored === undefined)
    throw errors.SAFETENSORS_DTYPE({
      path,
      problem: `stores "${name}" as ${dtype}; supported are ${Object.keys(STORED).join(', ')}`,
    });
  if (sizeOf(shape) * stored.bytes !== end - begin)
    throw errors.SAFETENSORS_HEADER({ path, problem: `gives "${name}" ${end - begin} bytes for ${dtype} [${shape}]` });
  return { name, shape, stored, begin, end };
}

function checkRanges(entries: Entry[], path: string, available: number): void {
  let at = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at)
      throw errors.SAFETENSORS_OVERLAP({ path, problem: `"${name}" begins at ${begin}, expected ${at}` });
    at = end;
  }
  if (at > available)
    throw errors.SAFETENSORS_TRUNCATED({
      path,
      problem: `holds ${available} bytes of data, its header describes ${at}`,
    });
  if (at < available)
    throw errors.SAFETENSORS_OVERLAP({
      path,
      problem: `holds ${available - at} bytes that its header does not describe`,
    });
}

/** Reads into a new buffer, so every array is aligned. */
async function readExactly(file: FileHandle, path: string, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 1 << 30), position + done);
    if (bytesRead === 0) throw errors.SAFETENSORS_TRUNCATED({ path, problem: 'ended while it was being read' });
    done += bytesRead;
  }
  return bytes;
}

function widen(data: Uint8Array, size: number, toFloatBits: (bits: number) => number): Float32Array {
  const from = new Uint16Array(data.buffer as ArrayBuffer, 0, size);
  const bits = new Int32Array(size);
  for (let i = 0; i < size; i++) bits[i] = toFloatBits(from[i]);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16 → binary32, bit for bit (subnormals, infinities and NaN included). */
function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  let exponent = (half >> 10) & 0x1f;
  let fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent === 0) {
    if (fraction === 0) return sign;
    exponent = 1;
    while ((fraction & 0x400) === 0) {
      fraction <<= 1;
      exponent--;
    }
    fraction &= 0x3ff;
  }
  return sign | ((exponent + 112) << 23) | (fraction << 13);
}
