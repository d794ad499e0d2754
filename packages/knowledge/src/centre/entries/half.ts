/** Half precision (IEEE 754 binary16). Node 22 has no `Float16Array`. */

const word = new Uint32Array(1);
const number = new Float32Array(word.buffer);

/** The largest finite half. */
export const MAX_HALF = 65_504;

/** The bits of the nearest half; ties go to the even one. Beyond 65,519 the result is an infinity. */
export function halfBits(value: number): number {
  number[0] = value;
  const bits = word[0];
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200);
  const shifted = exponent - 112;
  if (shifted >= 31) return sign | 0x7c00;
  // Below 2⁻¹⁴ a half has no hidden bit: the mantissa is shifted further.
  const drop = shifted >= 1 ? 13 : 14 - shifted;
  if (drop > 24) return sign;
  const whole = shifted >= 1 ? (shifted << 23) | mantissa : mantissa | 0x800000;
  const kept = whole >>> drop;
  const rest = whole & ((1 << drop) - 1);
  const middle = 1 << (drop - 1);
  // A carry out of the mantissa raises the exponent, which is right.
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
}

/** Bits → number, for all 65,536: reading is one look-up. */
export const HALVES: Float32Array = Float32Array.from({ length: 65_536 }, (_, bits) => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
});
