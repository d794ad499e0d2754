/** Filters against a plain reading of the items, one by one, while items come, change and go. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, type LorekeepError } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import { parse } from '../../src/engine/requests.ts';
import type { FieldMatch, Filter, FilterValue } from '../../src/filters/filter.ts';
import { createRowFilters } from '../../src/filters/filtered-rows.ts';
import { createItemFields } from '../../src/filters/item-fields.ts';
import { filterRequestSchema } from '../../src/filters/schema.ts';

type Value = FilterValue | readonly string[] | undefined;

/** Every condition read as the documentation says it, without any index. */
function passes(item: Item, filter: Filter): boolean {
  const { id, title, brand, categories, description, price, fields = {}, and, or, not } = filter;
  const own = item.fields ?? {};
  return (
    (id === undefined || [id].flat().includes(item.id)) &&
    fits(item.title, title) &&
    fits(item.brand, brand) &&
    fits(item.categories, categories) &&
    fits(item.description, description) &&
    fits(item.price, price) &&
    Object.entries(fields).every(([name, one]) => fits(Object.hasOwn(own, name) ? own[name] : undefined, one)) &&
    (and ?? []).every((one) => passes(item, one)) &&
    (or === undefined || or.some((one) => passes(item, one))) &&
    (not === undefined || !passes(item, not))
  );
}

function fits(value: Value, condition: FilterValue | readonly FilterValue[] | FieldMatch | undefined): boolean {
  if (condition === undefined) return true;
  const elements = value === undefined ? [] : [value].flat();
  if (typeof condition !== 'object') return elements.includes(condition);
  if (Array.isArray(condition)) return elements.some((one) => condition.includes(one));
  const { in: values, match, exists, ...bounds } = condition as FieldMatch;
  const inRange = (one: FilterValue) =>
    Object.entries(bounds).every(([name, bound]) => {
      const left =
        typeof bound === 'number'
          ? typeof one === 'number' || (typeof one === 'string' && /^-?[\d.]+$/.test(one))
            ? Number(one)
            : Number.NaN
          : typeof one === 'string' && /^\d{4}-/.test(one)
            ? Date.parse(one)
            : typeof one === 'number'
              ? one * 1000
              : Number.NaN;
      const right = typeof bound === 'number' ? bound : Date.parse(bound as string);
      if (name === 'gt') return left > right;
      if (name === 'lt') return left < right;
      return name === 'gte' || name === 'min' ? left >= right : left <= right;
    });
  const words = (text: FilterValue) => (typeof text === 'string' ? text.toLowerCase().split(/[^a-zé0-9]+/) : []);
  return (
    (values === undefined || elements.some((one) => values.includes(one))) &&
    (Object.keys(bounds).length === 0 || elements.some(inRange)) &&
    (match === undefined || elements.some((one) => words(match).every((word) => words(one).includes(word)))) &&
    (exists === undefined || exists === elements.length > 0)
  );
}

const COLOURS = ['red', 'Blue', 'dark green', 'café noir'];

function randomItem(random: ReturnType<typeof createRandom>, id: string): Item {
  const maybe = <T>(value: T) => (random.int(4) === 0 ? undefined : value);
  const word = () => ['Lamp', 'desk', 'DESK', 'café', 'chair', 'oak'][random.int(6)];
  const item: Item = { id };
  item.title = maybe(`${word()} ${word()}, ${word()}`);
  item.description = maybe(`${word()}/${word()}`);
  item.brand = maybe(['Acme', 'Umbrella & Sons', 'Zen'][random.int(3)]);
  item.categories = maybe([['Home', 'Tools'][random.int(2)], `c${random.int(5)}`]);
  item.price = maybe(random.int(40) / 2);
  item.fields = {
    ...(random.int(3) > 0 && { colour: COLOURS[random.int(4)] }),
    ...(random.int(3) > 0 && { stock: random.int(2) === 0 ? random.int(9) : String(random.int(9)) }),
    ...(random.int(3) > 0 && { sale: random.int(2) === 0 }),
    ...(random.int(3) > 0 && { from: ['2025-03-01', '2026-03-01T12:00:00Z', 1_770_000_000, 'soon'][random.int(4)] }),
    ...(random.int(3) > 0 && { tags: [`t${random.int(4)}`, `t${random.int(4)}`] }),
  };
  return JSON.parse(JSON.stringify(item));
}

function randomFilter(random: ReturnType<typeof createRandom>, depth: number): Filter {
  const one = <T>(...choices: T[]) => choices[random.int(choices.length)];
  if (depth > 0 && random.int(2) === 0) {
    const inner = () => randomFilter(random, depth - 1);
    return one<Filter>({ and: [inner(), inner()] }, { or: [inner(), inner(), inner()] }, { not: inner() });
  }
  const n = random.int(20);
  return one<Filter>(
    { id: [`i${n}`, `i${n + 1}`, 'gone'] },
    { id: `i${n}` },
    { title: { match: one('lamp', 'oak Desk', 'lamp lamp', 'absent') } },
    { title: { exists: n > 9 }, description: { match: 'CAFÉ' } },
    { brand: one('Acme', 'Nobody') },
    { brand: ['Acme', 'Zen'], price: { gte: n / 2 } },
    { brand: { match: 'umbrella sons' } },
    { brand: { exists: false } },
    { categories: one<string | string[]>('Home', ['Tools', 'c1']) },
    { categories: { in: ['Home'], match: 'home' } },
    { price: n / 2 },
    { price: { gt: n / 4, lt: n / 2 } },
    { price: { min: 3, max: n } },
    { price: { exists: n > 9 } },
    { fields: { stock: one<FilterValue | FilterValue[]>(n, String(n % 9), [1, '2', 3]) } },
    { fields: { stock: { gt: 2, lte: 6 } } },
    { fields: { sale: n > 9, colour: { match: 'green' } } },
    { fields: { from: { gte: '2026-01-01' } } },
    { fields: { from: { lt: '2026-03-01T12:00:00Z', gt: '2025-01-01' } } },
    { fields: { tags: one<FilterValue | FilterValue[]>('t1', ['t2', 't3']), colour: { exists: true } } },
    { fields: { missing: { exists: n > 9 } } },
    {},
  );
}

test('finds exactly the items that a plain reading finds, while items come, change and go', async () => {
  const random = createRandom(7);
  const items: (Item | undefined)[] = Array.from({ length: 300 }, (_, row) => randomItem(random, `i${row}`));
  async function* storedItems() {
    for (let from = 0; from < items.length; from += 50)
      yield items.slice(from, from + 50).filter((item) => item !== undefined);
  }
  const rowOf = (id: string) => {
    const row = items.findIndex((item) => item?.id === id);
    return row < 0 ? undefined : row;
  };
  const fields = createItemFields({ rowOf, storedItems });
  items.forEach((item, row) => {
    if (item !== undefined) fields.put(row, item);
  });
  const filters = createRowFilters(fields);
  for (let step = 0; step < 600; step++) {
    const filter = parse(filterRequestSchema, randomFilter(random, 3));
    // The texts of a first `match` are read from the store: a change meanwhile must not be lost.
    const preparing = fields.prepare(filter);
    const row = random.int(items.length);
    if (random.int(3) === 0) {
      items[row] = undefined;
      fields.remove(row);
    } else {
      items[row] = randomItem(random, `i${row}`);
      fields.put(row, items[row] as Item);
    }
    await preparing;
    const expected = items.flatMap((item, at) => (item !== undefined && passes(item, filter) ? [at] : []));
    assert.deepEqual([...fields.rowsThatPass(filter).rows()], expected, JSON.stringify(filter));
    for (let again = 0; again < 2; again++) {
      const found = await filters.rowsFor(filter);
      assert.deepEqual([...(found?.few ?? [])], expected, JSON.stringify(filter));
      assert.equal(found?.count, expected.length);
    }
  }
});

test('an item that is not for sale does not pass, whatever the filter', async () => {
  const items: Item[] = [true, false, 'true', 'false', 0, 1, undefined].map((available, row) => ({
    id: `i${row}`,
    ...(available === undefined ? {} : { fields: { available } }),
  }));
  const fields = createItemFields({ rowOf: (id) => items.findIndex((item) => item.id === id), storedItems: never });
  const filters = createRowFilters(fields);
  fields.put(0, items[0]);
  assert.equal(await filters.rowsFor(undefined), undefined);
  items.forEach((item, row) => {
    fields.put(row, item);
  });
  for (const filter of [undefined, {}, { or: [{}, { fields: { available: false } }] }])
    assert.deepEqual([...((await filters.rowsFor(filter))?.few ?? [])], [0, 2, 5, 6]);
});

function never(): AsyncIterable<Item[]> {
  return assert.fail('no filter asked for a text of the store');
}

test('a filter that cannot be read is refused with its place', () => {
  let deep: unknown = {};
  for (let level = 0; level < 100_000; level++) deep = { not: deep };
  const bad: [unknown, string][] = [
    [{ colour: 'red' }, ''],
    [{ price: {} }, 'price'],
    [{ price: '7' }, 'price'],
    [{ price: { gt: '2026-01-01' } }, 'price/gt'],
    [{ or: [] }, 'or'],
    [{ or: [{ brand: 'x' }, { price: { over: 3 } }] }, 'or/1/price'],
    [{ not: { and: [{ fields: { from: { gte: 'soon' } } }] } }, 'not/and/0/fields/from/gte'],
    [{ title: { match: '--' } }, 'title/match'],
    [{ title: 'Lamp' }, 'title'],
    [{ fields: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`f${at}`, 1])) }, 'fields'],
    [{ id: Array(1001).fill('a') }, 'id'],
    [deep, ''],
    [{ and: Array.from({ length: 20 }, () => ({ or: Array(20).fill({}) })) }, ''],
  ];
  for (const [filter, path] of bad)
    assert.throws(
      () => parse(filterRequestSchema, filter),
      (error: LorekeepError) => {
        assert.equal(error.code, 'REQUEST_INVALID');
        const [issue] = error.details.issues as { path: string }[];
        assert.equal(issue.path, path, JSON.stringify(issue).slice(0, 300));
        return true;
      },
    );
});
