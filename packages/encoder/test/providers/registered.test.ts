/** An encoder of a program is opened by the name that it was registered with. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLexicalEncoder, isBuiltIn, openEncoder, registerEncoder } from '../../src/index.ts';

const TEXTS = ['a steel screw', 'the red lamp'];

test('a registered name opens its encoder, with the options of the caller', async () => {
  const given: unknown[] = [];
  registerEncoder('own:test', async ({ threads }) => {
    given.push(threads);
    return createLexicalEncoder(TEXTS, { dim: 2 });
  });
  assert.equal(isBuiltIn('own:test'), false);
  const encoder = await openEncoder('own:test', { threads: 3 });
  assert.deepEqual([encoder.dim, given], [2, [3]]);
  assert.deepEqual(await encoder.encode(TEXTS), await createLexicalEncoder(TEXTS, { dim: 2 }).encode(TEXTS));
  await encoder.close();
});

test('registering a name again replaces its encoder', async () => {
  registerEncoder('own:again', async () => assert.fail('it was replaced'));
  registerEncoder('own:again', async () => createLexicalEncoder(TEXTS));
  await (await openEncoder('own:again')).close();
});

test('a registered encoder has no precision, and an unknown name is refused', async () => {
  registerEncoder('own:test', async () => createLexicalEncoder(TEXTS));
  await assert.rejects(openEncoder('own:test', { precision: 'int8' }), { code: 'ENCODER_BAD_OPTION' });
  await assert.rejects(openEncoder('own:other', { offline: true }), { code: 'MODEL_BAD_ID' });
});
