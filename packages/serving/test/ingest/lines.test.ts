/** A body arrives in chunks that end anywhere; its lines are the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '@lorekeep/core';
import { createLineSplitter, isBlank } from '../../src/ingest/lines.ts';

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

function linesOf(chunks: readonly Uint8Array[]) {
  const splitter = createLineSplitter();
  const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return lines.map(({ number, bytes }) => [number, decode(bytes)]);
}

const TEXTS = ['{"a":"ä€😀"}\n\r\n{"b":1}\r\n \t\nlast', 'x\n', '\n\n', '', 'no end', '"\\n"\n'];

test('cut in two at any byte, a text has the same lines', () => {
  for (const text of TEXTS) {
    const bytes = Buffer.from(text);
    const whole = text.split('\n').map((line, at) => [at + 1, line.replace(/\r$/, '')]);
    const expected = text.endsWith('\n') || text === '' ? whole.slice(0, -1) : whole;
    for (let cut = 0; cut <= bytes.length; cut++)
      assert.deepEqual(linesOf([bytes.subarray(0, cut), bytes.subarray(cut)]), expected, `${text} at ${cut}`);
  }
});

test('cut into random pieces, random lines stay what they are', () => {
  const random = createRandom(7);
  for (let round = 0; round < 200; round++) {
    const lines = Array.from({ length: random.int(30) }, () => 'ä€😀{}"'.slice(0, random.int(7)).toWellFormed());
    const bytes = Buffer.from(lines.map((line) => `${line}${random.int(2) === 0 ? '\n' : '\r\n'}`).join(''));
    const chunks = [];
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random.int(9);
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(
      linesOf(chunks),
      lines.map((line, at) => [at + 1, line]),
    );
  }
});

test('what is held is the line that has no end yet', () => {
  const splitter = createLineSplitter();
  splitter.push(Buffer.from('abc\nde'));
  splitter.push(Buffer.from('f'));
  assert.equal(splitter.held, 3);
  const [line] = splitter.push(Buffer.from(' \r\n'));
  assert.deepEqual([line.number, decode(line.bytes), splitter.held], [2, 'def ', 0]);
  assert.deepEqual(
    splitter.push(Buffer.from(' \t\r\n\nx\n')).map((one) => isBlank(one)),
    [true, true, false],
  );
});
