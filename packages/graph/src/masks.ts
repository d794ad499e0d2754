/**
 * The bytes of dropout masks. Apart from the rest of dropout, because threads that compute a share of a step fill
 * their own masks and need none of tfjs for it.
 */

/**
 * Writes 1 with probability (256 − dropped)/256, else 0: a byte of randomness an element, four at once. Adding
 * 256 − dropped to a byte carries out of it exactly when the byte is at least `dropped`. The words come from a
 * xoshiro128** of its own, seeded by four words: inlined, it fills a mask three times faster than calls to `random` would.
 */
export function fillMask(mask: Uint8Array, dropped: number, seed: readonly number[]): void {
  const words = new Uint32Array(mask.buffer, mask.byteOffset, Math.ceil(mask.length / 4));
  const bias = (256 - dropped) * 0x00010001;
  let a = seed[0] | 1;
  let b = seed[1] | 0;
  let c = seed[2] | 0;
  let d = seed[3] | 0;
  for (let i = 0; i < words.length; i++) {
    const product = Math.imul(b, 5);
    const bits = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    const even = (((bits & 0x00ff00ff) + bias) >>> 8) & 0x00010001;
    const odd = ((bits >>> 8) & 0x00ff00ff) + bias;
    words[i] = even | (odd & 0x01000100);
  }
}

/** Room for a mask; its length is a multiple of four behind the scenes, as `fillMask` writes words. */
export function maskBytes(size: number): Uint8Array {
  return new Uint8Array(Math.ceil(size / 4) * 4).subarray(0, size);
}
