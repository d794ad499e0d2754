/** Lines of other programs become events, and nothing disappears. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LorekeepError, readTimestamp } from '@lorekeep/core';
import { createMapping, MAPPED_SOURCES, type MappingDescription, mappingOf } from '../../src/mappings/index.ts';
import {
  GA4_MEASUREMENT,
  GA4_ROW,
  SEGMENT_CLICK,
  SEGMENT_LIST,
  SNOWPLOW_RAW,
  SNOWPLOW_SDK,
  UBI_CLICK,
  UBI_QUERY,
} from './fixtures.ts';

/** Without ids, which are hashes for some sources, and with the time in seconds. */
const read = (source: string, line: unknown) => {
  const { events, ...rest } = mappingOf(source)(line);
  return {
    ...rest,
    events: events.map(({ id: _, timestamp, ...event }) => ({ ...event, at: readTimestamp(timestamp).seconds })),
  };
};

describe('GA4', () => {
  test('a row of the BigQuery export is one impression for each item', () => {
    const common = {
      user: '1594921812.1700000001',
      type: 'impression',
      at: 1700031197.000007,
      session: '1700031100',
      request: 'req-1',
      surface: 'Home',
    };
    assert.deepEqual(read('ga4', GA4_ROW), {
      ignored: [],
      problems: [],
      events: [
        { ...common, item: '0001', position: 0 },
        { ...common, item: '0007', position: 1 },
      ],
    });
  });

  test('a body of the Measurement Protocol is all its events', () => {
    const { events, ignored, problems } = read('ga4', GA4_MEASUREMENT);
    const at = 1700031200;
    assert.deepEqual(events, [
      {
        user: 'ann',
        item: 'SKU_12345',
        type: 'click',
        at,
        session: '123',
        request: 'req-2',
        surface: 'Related products',
        position: 3,
      },
      { user: 'ann', item: 'SKU_12345', type: 'purchase', at },
      { user: 'ann', item: 'SKU_12346', type: 'purchase', at },
    ]);
    assert.deepEqual(ignored, [
      { name: 'page_view', known: true },
      { name: 'spin_the_wheel', known: false },
    ]);
    assert.deepEqual(problems, []);
  });

  test('the same row has the same ids again, and no two of its events share one', () => {
    const ids = (line: unknown) => mappingOf('ga4')(line).events.map(({ id }) => id);
    assert.deepEqual(ids(GA4_ROW), ids(structuredClone(GA4_ROW)));
    assert.equal(new Set([...ids(GA4_ROW), ...ids({ ...GA4_ROW, event_timestamp: '1700031197000008' })]).size, 4);
    // Without a time the moment is that of arrival, so two lines are two events.
    const { timestamp_micros: _, ...timeless } = GA4_MEASUREMENT;
    assert.deepEqual(ids(timeless), [undefined, undefined, undefined]);
  });
});

describe('Segment', () => {
  test('a list that was viewed and a click on it', () => {
    const list = mappingOf('segment')(SEGMENT_LIST).events;
    assert.deepEqual(
      list.map(({ item, position, id, type }) => [item, position, id, type]),
      [
        ['507f1f77bcf86cd799439011', 0, 'ajs-5e1f#0', 'impression'],
        ['505bd76785ebb509fc183733', 1, 'ajs-5e1f#1', 'impression'],
      ],
    );
    assert.deepEqual(
      [list[0].user, list[0].request, list[0].surface, list[0].session, list[0].timestamp],
      ['507f191e810c19729de860ea', 'req-3', 'hot_deals_1', '1700031100', '2023-11-15T08:00:01.250Z'],
    );
    assert.deepEqual(mappingOf('segment')(SEGMENT_CLICK).events, [
      {
        id: 'ajs-5e20',
        user: '019mr8mf4r',
        item: '507f1f77bcf86cd799439011',
        type: 'click',
        timestamp: '2023-11-15T08:00:05.000Z',
        request: 'req-3',
        position: 2,
      },
    ]);
  });

  test('a batch is all its calls', () => {
    const batch = { batch: [SEGMENT_CLICK, SEGMENT_LIST, { type: 'identify', userId: 'x', traits: {} }] };
    const { events, ignored } = mappingOf('segment')(batch);
    assert.equal(events.length, 3);
    assert.deepEqual(ignored, [{ name: 'identify', known: true }]);
  });
});

describe('Snowplow', () => {
  test('an enriched event as the analytics SDKs write it', () => {
    const common = {
      user: 'd-17',
      type: 'impression',
      session: 's-4',
      request: 'req-4',
      surface: 'shop the look',
      at: 1700035201.9,
    };
    assert.deepEqual(read('snowplow', SNOWPLOW_SDK).events, [
      { ...common, item: 'P123', position: 0 },
      { ...common, item: 'P124', position: 1 },
    ]);
    assert.equal(mappingOf('snowplow')(SNOWPLOW_SDK).events[1].id, 'f9a58d5d-cd13-4bfe-b9b2-5136ce1cb9fa#1');
  });

  test('the same as self-describing JSON', () => {
    assert.deepEqual(read('snowplow', SNOWPLOW_RAW).events, [
      { user: 'bo', item: 'P124', type: 'purchase', at: 1700035202.1 },
    ]);
    const asText = { ...SNOWPLOW_RAW, contexts: JSON.stringify(SNOWPLOW_RAW.contexts) };
    assert.deepEqual(read('snowplow', asText), read('snowplow', SNOWPLOW_RAW));
    assert.deepEqual(read('snowplow', { event: 'page_ping', user_id: 'bo' }).ignored, [
      { name: 'page_ping', known: true },
    ]);
  });
});

describe('UBI', () => {
  test('an event belongs to the list of its query', () => {
    assert.deepEqual(read('ubi', UBI_CLICK).events, [
      {
        user: '5e3b2a1c-8b7d-4f2e-a3d4-c9b2e1f3a4b5',
        item: 'ISBN 0-061-96436-0',
        type: 'click',
        at: 1542140439,
        surface: 'primary-search',
        session: '84266fdbd31d4c2c6d0665f7e8380fa3',
        request: '00112233-4455-6677-8899-aabbccddeeff',
        position: 2,
      },
    ]);
  });

  test('exported documents keep their id; queries and actions of the bulk API are counted', () => {
    const map = mappingOf('ubi');
    assert.equal(map({ _index: 'ubi_events', _id: 'doc-1', _source: UBI_CLICK }).events[0].id, 'doc-1');
    for (const line of [UBI_QUERY, { _id: 'q', _source: UBI_QUERY }, { index: { _index: 'ubi_events', _id: '1' } }])
      assert.deepEqual(map(line), { events: [], problems: [], ignored: [{ name: 'query', known: true }] });
    const old = structuredClone(UBI_CLICK) as any;
    old.event_attributes.position = { ordinal: { index: 1 } };
    assert.equal(map(old).events[0].position, 0);
  });
});

describe('every mapping', () => {
  test('says what is wrong with a line, whatever it is', () => {
    for (const source of MAPPED_SOURCES)
      for (const line of [null, 1, 'text', [], {}, { batch: [1] }, { events: [null] }, { event: {} }, { name: [] }]) {
        const { events, ignored, problems } = mappingOf(source)(line);
        assert.deepEqual(events, []);
        assert.ok(ignored.length + problems.length > 0, `${source} ${JSON.stringify(line)}`);
      }
  });

  test('keeps the good items of an event with bad ones', () => {
    const { event_timestamp: _, ...row } = GA4_ROW;
    const items = [{ item_id: 7 }, {}, { item_id: 'b', item_list_index: 'x' }];
    const { events, problems } = mappingOf('ga4')({ ...row, items });
    assert.deepEqual(
      events.map(({ item, position }) => [item, position]),
      [['7', 0]],
    );
    assert.deepEqual(problems, [
      'The event "view_item_list" names no item at place 2.',
      'The event "view_item_list" has a position that is not a whole number.',
    ]);
    assert.match(mappingOf('ga4')({ ...row, items: [] }).problems[0], /names no item/);
    assert.match(mappingOf('ga4')({ ...row, user_pseudo_id: '' }).problems[0], /names no user/);
    const zero = { ...SEGMENT_CLICK, properties: { product_id: 'a', position: 0 } };
    assert.match(mappingOf('segment')(zero).problems[0], /has the position 0, but positions count from 1/);
    assert.equal(mappingOf('segment', { firstPosition: 0 })(zero).events[0].position, 0);
  });

  test('keeps ids within the limit of the store', () => {
    const long = { ...SEGMENT_CLICK, messageId: 'm'.repeat(300) };
    const [{ id }] = mappingOf('segment')(long).events;
    assert.ok(id!.length <= 256);
    assert.equal(mappingOf('segment')(long).events[0].id, id);
  });
});

describe('a description of your own', () => {
  const description: MappingDescription = {
    name: 'what',
    types: { seen: 'view', hello: null },
    user: ['who', 'device'],
    item: 'sku',
    rating: 'stars',
  };

  test('maps a flat log', () => {
    const map = createMapping(description);
    assert.deepEqual(map({ what: 'seen', device: 7, sku: 'B1', stars: '4.5' }), {
      events: [{ user: '7', item: 'B1', type: 'view', rating: 4.5 }],
      ignored: [],
      problems: [],
    });
    assert.deepEqual(map({ what: 'toString', who: 'a', sku: 'b' }).ignored, [{ name: 'toString', known: false }]);
    assert.deepEqual(map({ what: 'hello' }).ignored, [{ name: 'hello', known: true }]);
  });

  test('is refused if it is not one', () => {
    const refused = (change: object, problem: RegExp) =>
      assert.throws(
        () => createMapping({ ...description, ...change } as MappingDescription),
        (error) => error instanceof LorekeepError && error.code === 'MAPPING_INVALID' && problem.test(error.message),
      );
    refused({ user: undefined }, /user is missing/);
    refused({ usr: 'x' }, /unknown key "usr"/);
    refused({ item: [] }, /item is neither a path/);
    refused({ types: { a: 1 } }, /type of "a"/);
    refused({ types: {} }, /types is not/);
    refused({ firstPosition: 2 }, /firstPosition/);
    assert.throws(() => createMapping(null as unknown as MappingDescription), /not an object/);
    assert.throws(
      () => mappingOf('matomo'),
      (error) => error instanceof LorekeepError && error.code === 'MAPPING_UNKNOWN' && /ga4, segment/.test(error.hint!),
    );
  });
});
