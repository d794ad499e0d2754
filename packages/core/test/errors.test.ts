import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineErrors, definitionsOf, errorCode, failure, LorekeepError, usage } from '@lorekeep/core';

const errors = defineErrors({
  SHELF_FULL: failure<{ path: string; bytes?: number }>({
    http: 503,
    message: ({ path }) => `${path} is full.`,
    hint: ({ bytes }) => (bytes === undefined ? undefined : `Free ${bytes} bytes.`),
  }),
  NAME_EMPTY: usage({ message: 'The name is empty.', hint: 'Give a name.' }),
});

test('an error is made from its row: message, hint, kind, status, details, cause', () => {
  const cause = new Error('ENOSPC');
  const error = errors.SHELF_FULL({ path: 'a/b', bytes: 7 }, cause);
  assert.ok(error instanceof LorekeepError);
  assert.equal(error.code, 'SHELF_FULL');
  assert.equal(error.message, 'a/b is full.');
  assert.equal(error.hint, 'Free 7 bytes.');
  assert.equal(error.kind, 'failure');
  assert.equal(error.http, 503);
  assert.equal(error.cause, cause);
  assert.deepEqual(error.toJSON(), {
    code: 'SHELF_FULL',
    message: 'a/b is full.',
    hint: 'Free 7 bytes.',
    details: { path: 'a/b', bytes: 7 },
  });
});

test('absent details and hints stay absent', () => {
  assert.deepEqual(errors.SHELF_FULL({ path: 'a', bytes: undefined }).toJSON(), {
    code: 'SHELF_FULL',
    message: 'a is full.',
    details: { path: 'a' },
  });
  assert.deepEqual(errors.NAME_EMPTY().toJSON(), {
    code: 'NAME_EMPTY',
    message: 'The name is empty.',
    hint: 'Give a name.',
  });
  assert.equal(errors.NAME_EMPTY().kind, 'usage');
  assert.equal(errors.NAME_EMPTY().http, undefined);
});

test('a table can be read by code', () => {
  assert.deepEqual(
    Object.entries(definitionsOf(errors)).map(([code, { kind, http }]) => [code, kind, http]),
    [
      ['SHELF_FULL', 'failure', 503],
      ['NAME_EMPTY', 'usage', undefined],
    ],
  );
});

test('any thrown value has a code', () => {
  assert.equal(errorCode(errors.NAME_EMPTY()), 'NAME_EMPTY');
  assert.equal(errorCode(Object.assign(new Error(), { code: 'ENOENT' })), 'ENOENT');
  assert.equal(errorCode('thrown'), 'INTERNAL');
});

test('a code that needs details cannot be made without them', () => {
  // @ts-expect-error: SHELF_FULL needs a path.
  const error = errors.SHELF_FULL();
  assert.equal(error.code, 'SHELF_FULL');
  // @ts-expect-error: there is no such code.
  assert.throws(() => errors.SHELF_EMPTY());
});
