/**
 * Views of a large buffer that has many entries. Halves and words are read as such, and the offsets
 * within a window are small integers: with offsets of any size, or with bytes, a read of a number takes
 * twice the time. The entries of a window may end behind it; no entry is longer than the overlap.
 */
const WINDOW_BYTES = 2 ** 30;
const OVERLAP_BYTES = 2 ** 17;
/** Bytes of a buffer from which on views of it pay. */
const MIN_BYTES = 2 ** 16;

export interface Window {
  /** Its first byte in the buffer. */
  start: number;
  bytes: Uint8Array;
  /** `undefined` before Node 24. The processor converts; a table of all halves would not fit its first cache. */
  halves: ArrayLike<number> | undefined;
  halfBits: Uint16Array;
  words: Int32Array;
  floats: Float32Array;
}

type HalfArray = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayLike<number>;
const HalfArray = (globalThis as { Float16Array?: HalfArray }).Float16Array;

const known = new WeakMap<Uint8Array, Window[]>();

/** Whether the entry at `at` is to be read through a window: the buffer is large, and the entry aligned to words. */
export const hasWindow = (bytes: Uint8Array, at: number): boolean =>
  bytes.length >= MIN_BYTES && ((bytes.byteOffset | at) & 3) === 0;

/** @returns what gives the window with the entry at `at`; it remembers the last buffer */
export function createWindows(): (bytes: Uint8Array, at: number) => Window {
  let last: Uint8Array | undefined;
  let windows: Window[] = [];
  return (bytes, at) => {
    if (bytes !== last) {
      last = bytes;
      windows = known.get(bytes) ?? [];
      known.set(bytes, windows);
    }
    const index = Math.floor(at / WINDOW_BYTES);
    let window = windows[index];
    if (window === undefined) {
      window = createWindow(bytes, index * WINDOW_BYTES);
      windows[index] = window;
    }
    return window;
  };
}

/** Where a byte of the buffer is in a window. The bit operation tells the compiler that it is a small integer. */
export const offsetIn = (window: Window, at: number): number => (at - window.start) | 0;

function createWindow(bytes: Uint8Array, from: number): Window {
  const { buffer } = bytes;
  const start = bytes.byteOffset + from;
  const length = Math.min(bytes.length - from, WINDOW_BYTES + OVERLAP_BYTES);
  const [halves, words] = [length >> 1, length >> 2];
  return {
    start: from,
    bytes: new Uint8Array(buffer, start, length),
    halves: HalfArray === undefined ? undefined : new HalfArray(buffer, start, halves),
    halfBits: new Uint16Array(buffer, start, halves),
    words: new Int32Array(buffer, start, words),
    floats: new Float32Array(buffer, start, words),
  };
}
