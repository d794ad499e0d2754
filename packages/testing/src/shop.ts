/**
 * A small shop of real parts: a SQLite store in a temporary workspace, the lexical encoder, briefly
 * trained towers and a publication. The items of a topic share words and each user stays with one
 * topic, so it is known what should be recommended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@lorekeep/core';
import {
  catalogueVectors,
  createLexicalEncoder,
  DEFAULT_TEMPLATE,
  encodeCatalogue,
  itemText,
  type TextEncoder,
} from '@lorekeep/encoder';
import { evaluateTrained, publish, resolveConfig, trainRecommender, writeBundle } from '@lorekeep/recommender';
import { type Event, type Item, openStore, type Store } from '@lorekeep/store';

const TOPICS: Record<string, string[]> = {
  garden: ['spade', 'seed', 'hose', 'watering', 'compost', 'flower', 'pot', 'hedge', 'lawn', 'rake'],
  kitchen: ['pan', 'knife', 'oven', 'baking', 'kettle', 'whisk', 'spoon', 'plate', 'toaster', 'grater'],
  bicycle: ['wheel', 'saddle', 'pedal', 'brake', 'helmet', 'chain', 'tyre', 'pump', 'frame', 'bell'],
  music: ['guitar', 'violin', 'string', 'drum', 'piano', 'flute', 'tuner', 'strap', 'amplifier', 'score'],
};
const ITEMS_PER_TOPIC = 30;
export const TOPIC_NAMES = Object.keys(TOPICS);
/** The topic in an item's id. */
export const topicOf = (id: string) => id.split('-')[0];

export function makeItems(): Item[] {
  const random = createRandom(1);
  return TOPIC_NAMES.flatMap((topic) =>
    Array.from({ length: ITEMS_PER_TOPIC }, (_, n): Item => {
      const word = () => TOPICS[topic][random.int(TOPICS[topic].length)];
      return {
        id: `${topic}-${n}`,
        title: `${topic} ${word()} ${word()} ${word()}`,
        brand: n % 3 === 0 ? 'Acme' : 'Umbrella',
        categories: ['Shop', topic],
        price: n,
        fields: { colour: n % 2 === 0 ? 'red' : 'blue', inStock: n % 5 !== 0, tags: [`tag${n % 4}`, 'all'] },
      };
    }),
  );
}

export function makeEvents(items: Item[]): Event[] {
  const random = createRandom(2);
  const events: Event[] = [];
  for (let user = 0; user < 80; user++) {
    const own = items.filter(({ id }) => topicOf(id) === TOPIC_NAMES[user % TOPIC_NAMES.length]);
    for (let n = 0; n < 8; n++) {
      const item = own[random.int(own.length)].id;
      events.push({ user: `user-${user}`, item, type: 'purchase', timestamp: 1_700_000_000 + user + n * 1000 });
    }
  }
  // By far the most users buy one item and see another.
  for (let user = 0; user < 60; user++) {
    events.push({ user: `crowd-${user}`, item: 'music-7', type: 'purchase', timestamp: 1_700_000_000 });
    events.push({ user: `crowd-${user}`, item: 'kitchen-3', type: 'impression', timestamp: 1_700_000_001 });
  }
  return events;
}

/** What `openShop` opens. */
export interface Shop {
  workspace: string;
  bundleDir: string;
  store: Store;
  encoder: TextEncoder;
  items: Item[];
  close(): Promise<void>;
}

/**
 * Users go through the items of a topic in order, so only a model that uses the order can predict
 * the next item.
 */
export function makeWalks(): Event[] {
  const random = createRandom(3);
  return Array.from({ length: 300 }, (_, user) => {
    const topic = TOPIC_NAMES[user % TOPIC_NAMES.length];
    const first = random.int(ITEMS_PER_TOPIC);
    return Array.from({ length: 7 }, (_, n): Event => {
      const item = `${topic}-${(first + n) % ITEMS_PER_TOPIC}`;
      return { user: `walker-${user}`, item, type: 'purchase', timestamp: 1_700_000_000 + user + n * 1000 };
    });
  }).flat();
}

/**
 * @param preset Preset of the training.
 * @param eventsOf Events of the shop. Default: `makeEvents`.
 * @param denseItems 0: the linear model is solved column by column.
 */
export async function openShop(
  preset: 'learn' | 'linear' = 'learn',
  eventsOf = makeEvents,
  { denseItems }: { denseItems?: number } = {},
): Promise<Shop> {
  const workspace = await mkdtemp(join(tmpdir(), 'lorekeep-shop-'));
  const store = await openStore(join(workspace, 'lorekeep.sqlite'));
  const items = makeItems();
  await store.upsertItems(items);
  await store.appendEvents(eventsOf(items));
  const encoder = createLexicalEncoder(
    items.map((item) => itemText(item)),
    { dim: 32 },
  );
  const { id, name, dim, isLanguageModel } = encoder;
  await encodeCatalogue({ store, encoder });
  const log = await store.interactionLog();
  const trained = await trainRecommender({
    log,
    content: await catalogueVectors({ store, encoder }, log.itemIds),
    contentInfo: { encoder: id, name, dim, isLanguageModel, template: DEFAULT_TEMPLATE },
    config: resolveConfig(preset, {
      network: { dim: 32, hidden: 16, maxHistory: 20 },
      training: { epochs: preset === 'linear' ? 0 : 1 },
    }),
    denseItems,
  });
  const { metrics } = await evaluateTrained(trained, 'valid');
  const bundleDir = join(workspace, 'models', 'm1');
  await writeBundle(bundleDir, trained, { valid: metrics, test: metrics, baselines: {} });
  await publish({ workspace, bundleDir, store, encoder });
  return {
    workspace,
    bundleDir,
    store,
    encoder,
    items,
    async close() {
      await store.close();
      await encoder.close();
      await rm(workspace, { recursive: true, force: true });
    },
  };
}
