import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobCodec, createNumbers } from '../../src/centre/entries/blob.ts';
import { knowledgeLayout } from '../../src/centre/schema/layout.ts';

const DIM = 4096;
const layout = knowledgeLayout({
  user: [
    { name: 'first', dim: 3 },
    { name: 'second', dim: DIM },
  ],
  item: [],
  interactions: [],
  userCategory: [],
});
const width = layout.widths.user;
const GIBIBYTE = 2 ** 30;
// Memory that is never touched is not taken from the system.
const large = Buffer.allocUnsafeSlow(2 * GIBIBYTE + 2 ** 17);

for (const precision of ['fp32', 'fp16', 'int8'] as const)
  test(`entries lie anywhere in a large buffer: ${precision}`, () => {
    const codec = blobCodec(layout, 'user', precision);
    const values = Float32Array.from({ length: width }, (_, at) => (at % 255) - 127);
    const places = [0, 4, GIBIBYTE - 4, GIBIBYTE - 5000, GIBIBYTE, 2 * GIBIBYTE - 8, 2 * GIBIBYTE + 64, 20_001, 20_002];
    const small = Buffer.alloc(codec.byteLength + 1);
    for (const [bytes, at] of [...places.map((place) => [large, place] as const), [small, 0], [small, 1]] as const) {
      codec.encode(values, 0, bytes, at);
      assert.equal(codec.matches(bytes, at), true);
      const numbers = createNumbers(width + 2);
      for (const block of layout.blocks.user) codec.decode(bytes, at, block, numbers, 1 + block.offset);
      assert.deepEqual(numbers.floats, Float32Array.of(0, ...values, 0), `byte ${at}`);
      for (const head of [0, 2, 5, 11]) {
        bytes[at + head] ^= 1;
        assert.equal(codec.matches(bytes, at), false);
        bytes[at + head] ^= 1;
      }
    }
    assert.equal(codec.matches(large, large.length - 100), false);
  });
