/**
 * Frames of a Zstandard file (RFC 8878). Node's decompressor stops after one frame without a word,
 * and takes a truncated frame for a whole one. So the end of each frame is found by its blocks, and
 * each frame gets its own decompressor.
 */
import { type FileHandle, open } from 'node:fs/promises';

export const ZSTANDARD_MAGIC = 0xfd2fb528;
/** Skippable frames, which parallel compressors write, have one of 16 magic numbers. */
export const isSkippable = (magic: number) => magic >>> 4 === 0x184d2a5;

/** The first and the last byte of each frame that has content. @throws Error if the file ends early */
export async function readFrames(file: string): Promise<{ start: number; end: number }[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const frames: { start: number; end: number }[] = [];
    for (let start = 0; start < size; ) {
      const head = await readAt(handle, start, 8);
      const magic = head.readUInt32LE();
      let next: number;
      if (isSkippable(magic)) next = start + 8 + head.readUInt32LE(4);
      else if (magic === ZSTANDARD_MAGIC) {
        next = await endOfFrame(handle, start, head[4]);
        frames.push({ start, end: next - 1 });
      } else throw new Error(`byte ${start + 1} does not begin a Zstandard frame`);
      if (next > size) throw new Error('unexpected end of file');
      start = next;
    }
    return frames;
  } finally {
    await handle.close();
  }
}

async function endOfFrame(handle: FileHandle, start: number, descriptor: number): Promise<number> {
  const single = (descriptor >> 5) & 1;
  const sizeBytes = [single, 2, 4, 8][descriptor >> 6];
  let at = start + 5 + (1 - single) + [0, 1, 2, 4][descriptor & 3] + sizeBytes;
  for (;;) {
    const block = (await readAt(handle, at, 3)).readUIntLE(0, 3);
    const repeated = ((block >> 1) & 3) === 1;
    at += 3 + (repeated ? 1 : block >> 3);
    if ((block & 1) === 1) break;
  }
  return at + ((descriptor >> 2) & 1) * 4;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position });
  if (bytesRead < length) throw new Error('unexpected end of file');
  return buffer;
}
