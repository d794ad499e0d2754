import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  codePointLength,
  eventTypeProblem,
  idProblem,
  MAX_EVENT_TYPE_LENGTH,
  MAX_ID_LENGTH,
  openStore,
} from '@lorekeep/store';
import Sqlite from 'better-sqlite3';
import { code, inFolder } from '../support.ts';

test('codePointLength counts what iterating over the string counts', () => {
  for (const text of ['', 'a', 'é', '𝒜', 'a𝒜b', '🗝️', '\ud835', '\udc9c\ud835', '\ud835\ud835\udc9c', '𝒜'.repeat(300)]) {
    assert.equal(codePointLength(text), [...text].length, JSON.stringify(text));
  }
});

test('ids and event types are limited in code points', () => {
  assert.equal(MAX_ID_LENGTH, 256);
  assert.equal(MAX_EVENT_TYPE_LENGTH, 64);
  for (const [problemOf, limit] of [
    [idProblem, MAX_ID_LENGTH],
    [eventTypeProblem, MAX_EVENT_TYPE_LENGTH],
  ] as const) {
    assert.equal(problemOf('𝒜'.repeat(limit)), undefined);
    assert.equal(problemOf('𝒜'.repeat(limit + 1)), `is longer than ${limit} characters`);
    assert.equal(problemOf('x'.repeat(limit + 1)), `is longer than ${limit} characters`);
    assert.equal(problemOf(''), 'is empty');
    assert.equal(problemOf(7), 'is not a string');
    assert.equal(problemOf('\ud800'), 'is not well-formed Unicode');
  }
});

test('an event type that an older version stored stays readable', () =>
  inFolder(async (path) => {
    const long = 'x'.repeat(200);
    const store = await openStore(path);
    await store.upsertItems([{ id: 'a' }]);
    await store.appendEvents([{ user: 'u', item: 'a', type: 'view', timestamp: 1 }]);
    const file = new Sqlite(path);
    file.prepare('UPDATE event_types SET name = ?').run(long);
    file.close();
    const stored = { user: 'u', item: 'a', type: long, timestamp: 1 };
    assert.deepEqual(await Array.fromAsync(store.events()), [[stored]]);
    assert.deepEqual(await store.histories(['u'], 1), [['a']]);
    await assert.rejects(store.appendEvents([stored]), code('EVENT_INVALID'));
    await store.close();
  }));
