/**
 * The bytes of dropout masks. Apart from the rest of dropout, because threads that compute a share of a step fill
 * their own masks and need none of tfjs for it.
 */
import { fillWords } from '@lorekeep/core';

/**
 * Writes 1 with probability (256 − dropped)/256, else 0: a byte of randomness an element, four at once. Adding
 * 256 − dropped to a byte carries out of it exactly when the byte is at least `dropped`. The words come from a
 * xoshiro128** of its own, seeded by four words.
 */
export function fillMask(mask: Uint8Array, dropped: number, seed: readonly number[]): void {
  const words = new Uint32Array(mask.buffer, mask.byteOffset, Math.ceil(mask.length / 4));
  const bias = (256 - dropped) * 0x00010001;
  const state = Uint32Array.of(seed[0] | 1, seed[1], seed[2], seed[3]);
  for (let first = 0; first < words.length; first += BLOCK) {
    const block = words.subarray(first, first + BLOCK);
    fillWords(block, state);
    for (let i = 0; i < block.length; i++) {
      const bits = block[i];
      const even = (((bits & 0x00ff00ff) + bias) >>> 8) & 0x00010001;
      const odd = ((bits >>> 8) & 0x00ff00ff) + bias;
      block[i] = even | (odd & 0x01000100);
    }
  }
}

/** Words between the two passes over them, few enough to stay in the processor's first cache. */
const BLOCK = 2048;

/** Room for a mask; its length is a multiple of four behind the scenes, as `fillMask` writes words. */
export function maskBytes(size: number): Uint8Array {
  return new Uint8Array(Math.ceil(size / 4) * 4).subarray(0, size);
}
