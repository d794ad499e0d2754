/**
 * Very small and very uniform shops: every preset trains, measures and serves, or says with a code
 * that there is nothing to learn from; then the shop is served without a model.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { LorekeepError } from '@lorekeep/core';
import type { Engine, Preset, Recommendations } from '@lorekeep/recommender';
import type { Event, Item } from '@lorekeep/store';
import { hasNothingToLearn, openWorkspace, type Workspace } from '@lorekeep/workspace';

const ITEMS = 30;
const KINDS = ['red lamp', 'oak desk', 'tiny lamp', 'green chair', 'oak shelf', 'blue rug'];
const named = (n: number) => `${KINDS[n % KINDS.length]} number ${n}`;
const itemsOf = (count: number, title: (n: number) => string | undefined): Item[] =>
  Array.from({ length: count }, (_, n) => {
    const text = title(n);
    return text === undefined ? { id: `i${n}` } : { id: `i${n}`, title: text };
  });

/** Each user goes through the items in steps of one or two. */
const walks = (users: number, length: number, items: number, firstUser = 0): Event[] =>
  Array.from({ length: users * length }, (_, at) => {
    const [user, step] = [Math.floor(at / length), at % length];
    const item = (user + step * (1 + (user % 2))) % items;
    return { user: `u${firstUser + user}`, item: `i${item}`, type: 'purchase', timestamp: 1_700_000_000 + at };
  });

const NAMED = itemsOf(ITEMS, named);
const TEXT_PRESETS: Preset[] = ['content-only'];
const ALL: Preset[] = ['learn', 'linear', 'content-only', 'id-only', 'sasrec'];

interface SmallShop {
  items: Item[];
  events: Event[];
  /** Of the presets that cannot learn from it. Default: all learn. */
  code?: string;
  refused?: Preset[];
  warning?: string;
}

const shops: Record<string, SmallShop> = {
  'no events': { items: NAMED, events: [], code: 'TRAINING_NO_EVENTS', refused: ALL },
  'one item': { items: itemsOf(1, named), events: walks(20, 4, 1), code: 'TRAINING_ONE_ITEM', refused: ALL },
  'two items': { items: itemsOf(2, named), events: walks(20, 5, 2), warning: 'METRICS_TRIVIAL' },
  'one event per user': { items: NAMED, events: walks(40, 1, ITEMS), code: 'TOWERS_NO_TRANSITIONS', refused: ALL },
  'two events per user': { items: NAMED, events: walks(40, 2, ITEMS), warning: 'METRICS_EMPTY' },
  'one event of nearly every user': {
    items: NAMED,
    events: [...walks(40, 1, ITEMS), ...walks(3, 5, ITEMS, 40)],
  },
  'one user': { items: NAMED, events: walks(1, 10, ITEMS) },
  'all events of one item': { items: NAMED, events: walks(20, 5, 1) },
  'all texts equal': {
    items: itemsOf(ITEMS, () => 'gift card'),
    events: walks(20, 5, ITEMS),
    code: 'TRAINING_TEXTS_EQUAL',
    refused: TEXT_PRESETS,
  },
  'no texts': {
    items: itemsOf(ITEMS, () => undefined),
    events: walks(20, 5, ITEMS),
    code: 'TRAINING_TEXTS_EQUAL',
    refused: TEXT_PRESETS,
  },
  'half without text': {
    items: itemsOf(ITEMS, (n) => (n % 2 === 0 ? undefined : named(n))),
    events: walks(20, 5, ITEMS),
  },
};

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-small-'));
});
after(() => rm(dir, { recursive: true }));

const configOf = (preset: Preset) => ({
  network: { dim: 8, hidden: 8, ...(preset === 'sasrec' ? { heads: 1 } : {}) },
  ...(preset === 'linear' ? {} : { training: { epochs: 2 } }),
});

function checkList({ items, source }: Recommendations, what: string): void {
  const ids = items.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length, `${what}: ${ids}`);
  for (const [at, { score }] of items.entries())
    assert.ok(Number.isFinite(score) && score <= (items[at - 1]?.score ?? Infinity), `${what}: ${source} ${score}`);
}

async function checkAnswers(engine: Engine, { items, events }: SmallShop, trained: boolean): Promise<void> {
  const unknown = await engine.recommend({ user: 'unknown', k: 50 });
  assert.equal(unknown.source, events.length === 0 ? 'newest' : 'popularity');
  assert.equal(unknown.items.length, items.length);
  checkList(unknown, 'unknown user');
  const seen = new Set(events.filter(({ user }) => user === 'u0').map(({ item }) => item));
  const known = await engine.recommend({ user: 'u0', k: 50 });
  checkList(known, 'known user');
  assert.ok(known.items.every(({ id }) => !seen.has(id)));
  if (!trained) assert.equal(known.items.length, items.length - seen.size);
  const similar = await engine.similar('i0', { k: 50 });
  checkList(similar, 'similar');
  assert.ok(similar.items.every(({ id }) => id !== 'i0'));
  if (items.length > 1) assert.ok(similar.items.length > 0);
}

async function withEngine(workspace: Workspace, use: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await workspace.engine({ threads: 1 });
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

for (const [name, shop] of Object.entries(shops)) {
  describe(name, () => {
    let workspace: Workspace;
    before(async () => {
      workspace = await openWorkspace(join(dir, name), { create: true });
      await workspace.store.upsertItems(shop.items);
      if (shop.events.length > 0) await workspace.store.appendEvents(shop.events);
      await workspace.encode({ model: 'lexical' });
    });
    after(() => workspace.close());

    for (const preset of ALL)
      test(preset, async () => {
        const warned: string[] = [];
        const run = { warn: ({ code }: { code: string }) => warned.push(code) };
        const options = { preset, config: configOf(preset), threads: 1 };
        if (shop.refused?.includes(preset)) {
          const versions = await workspace.modelVersions();
          await assert.rejects(workspace.train(options, run), (error) => {
            assert.ok(error instanceof LorekeepError && hasNothingToLearn(error));
            assert.deepEqual([error.code, error.kind], [shop.code, 'usage']);
            assert.match(error.hint ?? '', /[Pp]ublish without a model/);
            return true;
          });
          assert.deepEqual(await workspace.modelVersions(), versions);
          return;
        }
        const { metrics, version } = await workspace.train(options, run);
        assert.deepEqual(warned, shop.warning === undefined ? [] : [shop.warning]);
        for (const value of Object.values(metrics.test)) assert.ok(Number.isFinite(value));
        assert.equal(metrics.test.nonFinite, 0);
        const { test: evaluated, trainedOnThisData } = await workspace.evaluate({ threads: 1 }, run);
        assert.equal(trainedOnThisData, true);
        assert.deepEqual(evaluated.metrics, metrics.test, 'what is served is what was measured');
        assert.equal((await workspace.publish({ index: 'exact', threads: 1 }, run)).manifest.model, version);
        await withEngine(workspace, (engine) => checkAnswers(engine, shop, true));
      });

    test('without a model', async () => {
      const { manifest } = await workspace.publish({ model: 'none', index: 'exact', threads: 1 });
      assert.equal(manifest.model, null);
      await withEngine(workspace, (engine) => checkAnswers(engine, shop, false));
    });
  });
}

test('items that get texts later are encoded with a new encoder', async () => {
  const workspace = await openWorkspace(join(dir, 'texts later'), { create: true });
  try {
    await workspace.store.upsertItems(itemsOf(4, () => undefined));
    const warned: string[] = [];
    const empty = await workspace.encode({ model: 'lexical' }, { warn: ({ code }) => warned.push(code) });
    assert.deepEqual([empty.texts, warned], [0, ['NO_TEXTS']]);
    await workspace.store.upsertItems(itemsOf(4, named));
    const fitted = await workspace.encode();
    assert.deepEqual([fitted.texts, fitted.encoded], [4, 4]);
    assert.notEqual(fitted.id, empty.id);
    await workspace.publish({ index: 'exact' });
    await withEngine(workspace, async (engine) => assert.equal((await engine.similar('i0')).source, 'content'));
  } finally {
    await workspace.close();
  }
});

test('a template that leaves out all texts is an error, not a catalogue without texts', async () => {
  const workspace = await openWorkspace(join(dir, 'template'), { create: true });
  try {
    await workspace.store.upsertItems(itemsOf(4, named));
    await assert.rejects(workspace.encode({ model: 'lexical', template: '{colour}' }), { code: 'LEXICAL_NO_TEXTS' });
  } finally {
    await workspace.close();
  }
});

test('from no event to enough of them: the next step and the warning follow', async () => {
  const workspace = await openWorkspace(join(dir, 'growing'), { create: true });
  const next = async () => {
    const { stage, next, outlook, live } = await workspace.status();
    return [stage, next, outlook?.training, outlook?.testUsers, live?.model];
  };
  try {
    await workspace.store.upsertItems(NAMED);
    await workspace.encode({ model: 'lexical' });
    assert.deepEqual(await next(), ['encoded', 'publish', 'impossible', 0, undefined]);
    await workspace.publish({ index: 'exact' });
    assert.deepEqual(await next(), ['published', 'serve', 'impossible', 0, null]);
    const again = await workspace.publish({ index: 'exact', skipIfLive: true });
    assert.equal(again.unchanged, true);
    await workspace.store.appendEvents(walks(12, 4, ITEMS));
    assert.deepEqual(await next(), ['published', 'serve', 'possible', 12, null]);
    await workspace.store.appendEvents(walks(100, 4, ITEMS, 12));
    assert.deepEqual(await next(), ['encoded', 'train', 'sensible', 112, null]);
    const warned: string[] = [];
    await workspace.publish({ index: 'exact' }, { warn: ({ code }) => warned.push(code) });
    assert.deepEqual(warned, ['PUBLISHED_WITHOUT_MODEL']);
    const { version } = await workspace.train({ preset: 'linear', config: configOf('linear') });
    assert.deepEqual((await next()).slice(0, 2), ['trained', 'publish']);
    await workspace.publish({ index: 'exact' });
    assert.deepEqual(await next(), ['published', 'serve', undefined, undefined, version]);
  } finally {
    await workspace.close();
  }
});
