import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTimestamp } from '@lorekeep/core';

/** Independent of the reader: the moment is given as its parts. */
const at = (...[year, month, day, hour = 0, minute = 0, second = 0, ms = 0]: number[]) =>
  Date.UTC(year, month - 1, day, hour, minute, second, ms) / 1000;
const NOON = at(2022, 6, 24, 21, 20, 11);

test('a number is told by its size: seconds, milliseconds, microseconds or nanoseconds', () => {
  for (const [value, seconds] of [
    [1656105611, NOON],
    [1656105611.5, NOON + 0.5],
    [1656105611123, NOON + 0.123],
    [1656105611123456, NOON + 0.123456],
    ['1656105611000000000', NOON],
    ['1.656105611e9', NOON],
  ] as const) {
    assert.equal(readTimestamp(value).seconds, seconds, String(value));
  }
});

test('the common forms of text are read, without a zone in UTC', () => {
  const forms: [string, number][] = [
    ['2022-06-24', at(2022, 6, 24)],
    ['2022-06-24T21:20:11Z', NOON],
    ['2022-06-24T21:20', NOON - 11],
    ['2022-06-24 9:05:00', at(2022, 6, 24, 9, 5)],
    ['  2022-06-24 21:20:11 ', NOON],
    ['2022-06-24T21:20:11+0200', NOON - 7200],
    ['2022-06-24T21:20:11+02', NOON - 7200],
    ['2022-06-24 21:20:11 -0500', NOON + 18_000],
    ['2022-06-24 21:20:11 UTC', NOON],
    ['2022-06-24 21:20:11 Europe/Berlin', NOON - 7200],
    ['2022-01-24 21:20:11 Europe/Berlin', at(2022, 1, 24, 20, 20, 11)],
    ['2022-06-24 21:20:11,123', NOON + 0.123],
    ['2022-06-24T21:20:11.123456789Z', NOON + 0.123456],
    ['2022-06-24 24:00:00', at(2022, 6, 25)],
    ['20220624', at(2022, 6, 24)],
    ['20220624212011', NOON],
    ['20220624212011123', NOON + 0.123],
    ['20220624T212011Z', NOON],
    ['2022/06/24 21:20:11', NOON],
    ['Fri, 24 Jun 2022 21:20:11 GMT', NOON],
    ['Fri, 24 Jun 2022 21:20:11 -0700', NOON + 25_200],
    ['Fri Jun 24 21:20:11 +0000 2022', NOON],
    ['Fri Jun 24 2022 21:20:11 GMT+0200 (Central European Summer Time)', NOON - 7200],
    ['June 24, 2022 9:20 PM', NOON - 11],
    ['24-Jun-2022 21:20', NOON - 11],
    ['Jun 24 2022 12:05 AM', at(2022, 6, 24, 0, 5)],
  ];
  for (const [text, seconds] of forms) assert.equal(readTimestamp(text).seconds, seconds, text);
});

test('dates of numbers need the order of their day and month', () => {
  assert.match(readTimestamp('03/04/2024').problem ?? '', /which number is the month/);
  assert.equal(readTimestamp('03/04/2024', 'dmy').seconds, at(2024, 4, 3));
  assert.equal(readTimestamp('03/04/2024', 'mdy').seconds, at(2024, 3, 4));
  assert.equal(readTimestamp('24.06.2022 21:20', 'dmy').seconds, NOON - 11);
  assert.equal(readTimestamp('6/24/2022 9:20 PM', 'mdy').seconds, NOON - 11);
  assert.equal(readTimestamp('22/06/24', 'ymd').seconds, at(2022, 6, 24));
  assert.equal(readTimestamp('24/06/2022', 'mdy').seconds, undefined);
});

test('what is no moment between 1990 and tomorrow is not read', () => {
  const tomorrow = Date.now() / 1000 + 2 * 86_400;
  const values = [
    '',
    'yesterday',
    '2022-02-30',
    '2022-06-24T25:00',
    '1970-01-01',
    0,
    -1,
    5,
    tomorrow,
    '9999-12-31',
    NaN,
  ];
  for (const value of [
    ...values,
    tomorrow * 1000,
    null,
    undefined,
    {},
    '2022-06-24 21:20 Nowhere/City',
    '13:20',
    '1.2.3',
  ]) {
    assert.equal(readTimestamp(value).seconds, undefined, String(value));
    assert.ok(readTimestamp(value).problem !== undefined);
  }
});
