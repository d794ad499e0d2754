/**
 * The bytes of dropout masks. This module does not import tfjs, because the threads that compute
 * shards fill their own masks and need nothing else of dropout.
 */
import { fillWords } from '@lorekeep/core';

/** Words per block, few enough to stay in the first-level cache between the two passes. */
const BLOCK = 2048;

/**
 * Writes 1 with probability (256 − dropped)/256, else 0, from one random byte per element, four at
 * once: adding 256 − dropped to a byte carries out of it exactly if the byte is at least `dropped`.
 *
 * @param mask from `maskBytes`
 * @param seed four words that seed a xoshiro128** for this mask
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

/**
 * Memory for a mask. Its buffer is a multiple of four bytes long, because `fillMask` writes words.
 */
export function maskBytes(size: number): Uint8Array {
  return new Uint8Array(Math.ceil(size / 4) * 4).subarray(0, size);
}
