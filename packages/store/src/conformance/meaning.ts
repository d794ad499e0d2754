/** Roles of events: what histories, negatives and the log have of them, and changes of the rules. */
import assert from 'node:assert/strict';
import type { Event } from '../contract/event-log.ts';
import { fingerprintOf } from '../contract/log-fingerprint.ts';
import { type EventRules, eventMeaning, roleOfEvent } from '../contract/meaning/event-meaning.ts';
import { recogniseRatings } from '../contract/meaning/recognise-ratings.ts';
import type { Store } from '../contract/store.ts';
import { at, type Check, code } from './support.ts';

const TYPES = ['view', 'purchase', 'remove_from_cart', 'impression', 'login', 'rating', 'own name'];

const RULES: EventRules[] = [
  {},
  { preset: 'all-positive' },
  { types: { view: { role: 'ignored' }, purchase: { weight: 3 }, 'own name': { role: 'negative' } } },
  { types: { impression: { role: 'positive', weight: 0.5 }, login: { role: 'negative' } } },
  { types: { impression: { role: 'passive' } }, ratings: { positiveFrom: 4, negativeBelow: 3, notRated: [0] } },
  { ratings: 'none' },
];

export function meaningChecks(check: Check): void {
  check('reads follow the rules, whatever they were when the events came', async (under) => {
    const { store } = under;
    await store.upsertItems(Array.from({ length: 12 }, (_, i) => ({ id: `i${i}` })));
    const events = randomEvents();
    await store.appendEvents(events.slice(0, 1500));
    for (const rules of RULES) {
      await store.setEventRules(rules);
      assert.deepEqual(await store.eventRules(), rules);
      await assertFollows(store, events.slice(0, 1500), rules);
    }
    // Types that come later than the rules.
    await store.appendEvents(events.slice(1500));
    await assertFollows(store, events, RULES[5]);
    if (under.another === undefined) return;
    const other = await under.another();
    await assertFollows(other, events, RULES[5]);
    await store.setEventRules(RULES[2]);
    await assertFollows(other, events, RULES[2]);
    await other.close();
  });

  check('a later positive event ends a negative one, and the other way round', async ({ store }) => {
    await store.upsertItems(['a', 'b', 'c'].map((id) => ({ id })));
    await store.appendEvents([at('u', 'a', 1), at('u', 'a', 2, 'remove_from_cart'), at('u', 'b', 2, 'dislike')]);
    await store.appendEvents([at('u', 'c', 3, 'dislike'), at('u', 'b', 3, 'impression')]);
    assert.deepEqual(await store.negatives(['u', 'who']), [['a', 'b', 'c'], []]);
    await store.appendEvents([at('u', 'a', 4), at('u', 'b', 1)]);
    assert.deepEqual(await store.negatives(['u']), [['b', 'c']]);
    assert.deepEqual(await store.histories(['u'], 9), [['a', 'b', 'a']]);
  });

  check('the scale of ratings is recognised and kept up to date until a rule is given', async ({ store }) => {
    await store.upsertItems([{ id: 'a' }, { id: 'b' }]);
    const rated = (item: string, rating: number, timestamp: number): Event => ({
      ...at('u', item, timestamp, 'rating'),
      rating,
    });
    assert.deepEqual(await recogniseRatings(store), {});
    await store.appendEvents([rated('a', 5, 1), rated('b', 2, 2), at('u', 'b', 0)]);
    assert.equal((await recogniseRatings(store)).recognised?.scale, '1 to 5');
    assert.deepEqual(await store.histories(['u'], 9), [['b', 'a']]);
    assert.deepEqual(await store.negatives(['u']), [['b']]);
    assert.deepEqual(await store.ratingCounts(), [
      { rating: 2, events: 1 },
      { rating: 5, events: 1 },
    ]);
    assert.deepEqual(await store.eventTypes(), [
      { type: 'rating', events: 2, rated: 2 },
      { type: 'view', events: 1, rated: 0 },
    ]);
    await store.appendEvents([rated('a', 9, 3)]);
    assert.equal((await recogniseRatings(store)).recognised?.scale, '1 to 10');
    await store.setEventRules({ ratings: 'none' });
    assert.deepEqual(await recogniseRatings(store), { ratings: 'none' });
    assert.deepEqual(await store.negatives(['u']), [[]]);
  });

  check('rules that make no sense are refused', async ({ store }) => {
    const wrong = [
      { types: { view: { role: 'good' } } },
      { types: { view: { weight: 0 } } },
      { types: { view: { weight: Number.POSITIVE_INFINITY } } },
      { ratings: { positiveFrom: 3, negativeBelow: 4 } },
      { ratings: { positiveFrom: Number.NaN, negativeBelow: 1 } },
      { preset: 'best' },
    ];
    for (const rules of wrong)
      await assert.rejects(store.setEventRules(rules as EventRules), code('EVENT_RULES_INVALID'));
    assert.deepEqual(await store.eventRules(), {});
  });
}

function randomEvents(): Event[] {
  let seed = 11;
  const random = (bound: number) => (seed = (seed * 48271) % 2147483647) % bound;
  return Array.from({ length: 2000 }, (_, index) => {
    const type = TYPES[random(index < 1500 ? TYPES.length - 1 : TYPES.length)];
    const event = at(`u${random(40)}`, `i${random(12)}`, random(60), type);
    return random(3) === 0 ? { ...event, rating: random(6) } : event;
  });
}

/** Compares with a plain loop over the events. */
async function assertFollows(store: Store, events: Event[], rules: EventRules): Promise<void> {
  const users = [...new Set(events.map(({ user }) => user))];
  const log = await store.interactionLog({ types: true });
  assert.equal(log.fingerprint, fingerprintOf(log));
  assert.deepEqual(log.userIds, users);
  const inOrder = users.map((user) =>
    events.filter((event) => event.user === user).sort((a, b) => a.timestamp - b.timestamp),
  );
  const chosen = inOrder.map((own) => own.filter((event) => roleOfEvent(event, rules) === 'positive'));
  const ids = (rows: Int32Array) => Array.from(rows, (row) => log.itemIds[row]);
  assert.deepEqual(
    await store.histories(users, 1000),
    chosen.map((own) => own.map(({ item }) => item)),
  );
  assert.deepEqual(
    await store.histories(users, 2),
    chosen.map((own) => own.slice(-2).map(({ item }) => item)),
  );
  const unwanted = inOrder.map((own) => {
    const last = new Map<string, boolean>();
    for (const event of own) {
      const role = roleOfEvent(event, rules);
      if (role !== 'positive' && role !== 'negative') continue;
      last.delete(event.item);
      last.set(event.item, role === 'negative');
    }
    return [...last].flatMap(([item, isNegative]) => (isNegative ? [item] : []));
  });
  assert.deepEqual(await store.negatives(users), unwanted);
  const weights = chosen.flat().map(({ type }) => eventMeaning(type, rules).weight);
  assert.deepEqual(
    ids(log.items),
    chosen.flat().map(({ item }) => item),
  );
  assert.deepEqual([...(log.weights ?? new Float32Array(weights.length).fill(1))], weights);
  assert.deepEqual(
    Array.from(log.types!.of, (at) => log.types!.names[at]),
    chosen.flat().map(({ type }) => type),
  );
  for (const [user, own] of inOrder.entries()) {
    const [from, to] = [log.negatives?.offsets[user] ?? 0, log.negatives?.offsets[user + 1] ?? 0];
    const negative = own.filter((event) => roleOfEvent(event, rules) === 'negative');
    const before = negative.map(
      (event) =>
        own.slice(0, own.indexOf(event)).filter((earlier) => roleOfEvent(earlier, rules) === 'positive').length,
    );
    assert.deepEqual(
      ids((log.negatives?.items ?? new Int32Array()).subarray(from, to)),
      negative.map(({ item }) => item),
    );
    assert.deepEqual([...(log.negatives?.positions ?? []).slice(from, to)], before);
  }
}
