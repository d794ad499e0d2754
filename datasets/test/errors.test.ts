import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetsErrors as errors } from '@lorekeep/datasets';

test('one bad line is named in the singular, several with the first', () => {
  const line = (n: number) => ({ file: 'log.csv', line: n, reason: 'user id is empty' });
  const one = errors.IMPORT_BAD_LINES({ count: 1, allowed: 0, bad: [line(4)] });
  assert.equal(one.message, '1 bad line (log.csv:4); nothing was imported.');
  const more = errors.IMPORT_BAD_LINES({ count: 3, allowed: 2, bad: [line(4), line(5), line(6)] });
  assert.equal(more.message, '3 bad lines (the first log.csv:4), more than the 2 allowed; nothing was imported.');
  assert.equal(more.hint, 'Correct the lines, or allow 3 bad lines to be skipped.');
  assert.deepEqual([more.kind, more.details.count, more.details.allowed], ['usage', 3, 2]);
});

test('a missing column is one that a file needs, or one that was named', () => {
  const needed = { file: 'log.csv', field: 'user', found: ['item', 'ts'], accepted: ['user', 'uid'] };
  const needs = errors.IMPORT_MISSING_COLUMN(needed);
  assert.equal(needs.message, 'log.csv has no column for user, only "item", "ts".');
  assert.match(needs.hint!, /user, uid/);
  assert.deepEqual(needs.details, needed);
  const named = errors.IMPORT_MISSING_COLUMN({ field: 'user', name: 'who' });
  assert.equal(named.message, 'No file has the column "who", which was given for user.');
  assert.deepEqual(named.details, { field: 'user', name: 'who' });
});

test('a data folder lacks a file, or has too many', () => {
  const lacking = errors.IMPORT_DIRECTORY({ directory: 'shop', missing: 'items.*' });
  assert.equal(lacking.message, 'shop has no file items.*.');
  const ambiguous = errors.IMPORT_DIRECTORY({ directory: 'shop', found: ['events.csv', 'events.tsv'] });
  assert.equal(ambiguous.message, 'shop has more than one candidate: events.csv, events.tsv.');
});

test('only the temporary database can fail without a mistake of the caller', () => {
  const cause = new Error('disk full');
  const error = errors.IMPORT_STAGING({ directory: 'tmp', reason: cause.message }, cause);
  assert.deepEqual([error.kind, error.cause], ['failure', cause]);
  assert.equal(error.message, "The import's temporary database failed: disk full");
  assert.match(error.hint!, /tmp has free space/);
});
