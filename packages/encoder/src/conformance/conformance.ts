/**
 * The conformance suite of `TextEncoder`, on `node:test`. Every provider runs it, and so can an
 * encoder of your own.
 *
 * Put this into a test file and run it with `node --test`:
 *
 * ```ts
 * import { encoderConformance } from '@lorekeep/encoder/conformance';
 *
 * encoderConformance('my encoder', {
 *   texts: ['a steel screw', 'the red lamp', 'a cordless drill, 18 V'],
 *   open: () => openMine({ buckets: 256 }),
 *   openOther: () => openMine({ buckets: 128 }),
 * });
 * ```
 *
 * @module @lorekeep/encoder/conformance
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import type { TextEncoder } from '../index.ts';

/** How the suite opens an encoder. */
export interface Conformance {
  /** Opens the same encoder at each call. */
  open(): Promise<TextEncoder>;
  /** Opens an encoder with a setting that changes the vectors. */
  openOther(): Promise<TextEncoder>;
  /**
   * Opens an encoder whose weights or server give NaN. It may also throw. Absent if that is
   * impossible.
   */
  openNotFinite?(): Promise<TextEncoder>;
  /**
   * True if a text without a known word has the zero vector, as in the lexical encoder. Default
   * false.
   */
  zeros?: boolean;
  /** Distinct texts with words that the encoder knows. */
  texts: readonly string[];
  skip?: string | false;
}

const rowOf = (vectors: Float32Array, row: number, dim: number) => vectors.subarray(row * dim, (row + 1) * dim);

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = a.reduce((sum, value, at) => sum + value * b[at], 0);
  return dot / (Math.hypot(...a) * Math.hypot(...b));
}

/** Unusual texts of real shops, and worse. */
const EDGE_CASES: Record<string, string> = {
  'the empty text': '',
  'white space': ' \t\n ',
  'a megabyte of one word': 'a'.repeat(1 << 20),
  'a megabyte of words': 'steel screw, '.repeat(80_660),
  'a lone high surrogate': 'a steel \ud83d screw',
  'a lone low surrogate': '\udc00',
  'half a pair at the end': 'screw \ud83d',
  'control characters': '\u0000a\u0007 \u009f\u001b[31m',
  'right to left': 'مصباح مكتب \u202eabc\u202c מנורה',
  'Chinese, Japanese, Korean': '台灯，白色 電気スタンド 책상 스탠드',
  'emoji and joiners': '👩‍🔧🔩 \ufeff\u200d',
  'combining marks': `e${'\u0301'.repeat(500)}`,
};

/** Runs all tests for an encoder. */
export function encoderConformance(name: string, conformance: Conformance): void {
  const { texts, zeros = false, skip = false } = conformance;
  describe(`${name} conforms`, { skip }, () => {
    let encoder: TextEncoder;
    before(async () => {
      encoder = await conformance.open();
    });
    after(() => encoder?.close());

    const isUnit = (vector: Float32Array, what: string) => {
      const norm = Math.hypot(...vector);
      const zero = zeros && norm === 0;
      assert.ok(zero || Math.abs(norm - 1) < 1e-5, `${what}: a vector of length ${norm}`);
    };

    test('has a stable id that depends on the settings', async () => {
      const [same, other] = await Promise.all([conformance.open(), conformance.openOther()]);
      assert.match(encoder.id, /^[0-9a-f]{64}$/);
      assert.equal(same.id, encoder.id);
      assert.equal(same.dim, encoder.dim);
      assert.notEqual(other.id, encoder.id);
      assert.deepEqual(await same.encode([...texts]), await encoder.encode([...texts]));
      await Promise.all([same.close(), other.close()]);
    });

    test('describes itself, with settings that are JSON', () => {
      assert.ok(Number.isSafeInteger(encoder.dim) && encoder.dim > 0);
      assert.ok(encoder.name !== '');
      assert.equal(encoder.isLanguageModel, !zeros);
      if (encoder.settings !== undefined)
        assert.deepEqual(JSON.parse(JSON.stringify(encoder.settings)), encoder.settings);
    });

    test('returns unit vectors in the order of the texts, alone or together', async () => {
      const together = await encoder.encode([...texts]);
      assert.ok(together instanceof Float32Array);
      assert.equal(together.length, texts.length * encoder.dim);
      const backwards = await encoder.encode([...texts].reverse());
      for (const [at, text] of texts.entries()) {
        const vector = rowOf(together, at, encoder.dim);
        isUnit(vector, text);
        assert.ok(cosine(vector, await encoder.encode([text])) > 0.99999, text);
        assert.ok(cosine(vector, rowOf(backwards, texts.length - 1 - at, encoder.dim)) > 0.99999, text);
      }
    });

    test('returns no vectors for no texts, and one vector for each of equal texts', async () => {
      assert.deepEqual(await encoder.encode([]), new Float32Array(0));
      const twice = await encoder.encode([texts[0], texts[1], texts[0]]);
      assert.ok(cosine(rowOf(twice, 0, encoder.dim), rowOf(twice, 2, encoder.dim)) > 0.99999);
    });

    test('returns a finite vector for every edge case, without changing other vectors of the call', async () => {
      const vectors = await encoder.encode([texts[0], ...Object.values(EDGE_CASES)]);
      Object.keys(EDGE_CASES).forEach((what, at) => {
        isUnit(rowOf(vectors, at + 1, encoder.dim), what);
      });
      assert.ok(cosine(rowOf(vectors, 0, encoder.dim), await encoder.encode([texts[0]])) > 0.99999);
    });

    test('supports concurrent calls', async () => {
      const alone = await Promise.all(texts.map((text) => encoder.encode([text])));
      const calls = await Promise.all(Array.from({ length: 8 }, () => encoder.encode([...texts])));
      for (const vectors of calls)
        alone.forEach((vector, at) => {
          assert.ok(cosine(rowOf(vectors, at, encoder.dim), vector) > 0.99999);
        });
    });

    test('does not change the given list and never returns the same memory twice', async () => {
      const list = [...texts];
      const [first, second] = [await encoder.encode(list), await encoder.encode(list)];
      assert.deepEqual(list, texts);
      first.fill(7);
      isUnit(rowOf(second, 0, encoder.dim), 'the second result');
    });

    test('finishes running calls when it is closed, refuses new ones, and can be closed again', async () => {
      const closing = await conformance.open();
      const last = closing.encode([...texts]);
      await Promise.all([closing.close(), closing.close()]);
      assert.equal((await last).length, texts.length * closing.dim);
      await assert.rejects(closing.encode([texts[0]]), { code: 'ENCODER_CLOSED' });
      await assert.rejects(closing.encode([]), { code: 'ENCODER_CLOSED' });
      await closing.close();
    });

    test('never returns NaN', {
      skip: conformance.openNotFinite === undefined && 'it cannot compute NaN',
    }, async () => {
      const error = await conformance.openNotFinite!().then(
        async (broken) => {
          const reason = await broken.encode([texts[0]]).then(
            () => assert.fail('a vector was returned'),
            (thrown: unknown) => thrown,
          );
          await broken.close();
          return reason;
        },
        (thrown: unknown) => thrown,
      );
      assert.ok(error instanceof LorekeepError, String(error));
      assert.ok(['ENCODER_NOT_FINITE', 'MODEL_BAD_FILE'].includes(error.code), String(error));
    });
  });
}
