import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HALVES, halfBits } from '../../src/centre/entries/half.ts';

/** The number of a half by its definition. */
function defined(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023];
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const finite = Array.from({ length: 65_536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);

test('every finite half is read and written exactly', () => {
  for (const bits of finite) {
    assert.equal(HALVES[bits], defined(bits));
    assert.equal(halfBits(defined(bits)), bits);
  }
});

test('a number between two halves becomes the nearer one, and a tie the even one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [defined(bits), defined(bits + 1)];
    const middle = (low + high) / 2;
    assert.equal(halfBits(middle), bits % 2 === 0 ? bits : bits + 1);
    assert.equal(halfBits(Math.fround(low + 0.4 * (high - low))), bits);
    assert.equal(halfBits(-Math.fround(low + 0.6 * (high - low))), 0x8000 | (bits + 1));
  }
});

test('it is the conversion of the language where that exists', { skip: !('Float16Array' in globalThis) }, () => {
  const { Float16Array } = globalThis as unknown as {
    Float16Array: new (numbers: number[]) => { buffer: ArrayBuffer };
  };
  for (let step = 0; step < 200_000; step++) {
    const value = Math.fround((Math.random() - 0.5) * 2 ** (Math.random() * 45 - 28));
    assert.equal(halfBits(value), new Uint16Array(new Float16Array([value]).buffer)[0], String(value));
  }
});
