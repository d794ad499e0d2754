/** The text of an item drives behaviour in the simulated shop; checked only by counting words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateShop } from '@lorekeep/datasets';
import type { Item } from '@lorekeep/store';

const shop = simulateShop({ events: 100_000, seed: 11 });
const items = [...shop.items()];
const rowOf = new Map(items.map((item, row) => [item.id, row]));
const vectors = tfidf(items);
const histories = new Map<string, number[]>();
for (const event of shop.events()) {
  if (event.type !== 'click') continue;
  const history = histories.get(event.user) ?? histories.set(event.user, []).get(event.user)!;
  history.push(rowOf.get(event.item)!);
}

test('items clicked in succession share words and shelves far more often than random pairs', () => {
  let textOfPairs = 0;
  let shelfOfPairs = 0;
  let textAtRandom = 0;
  let shelfAtRandom = 0;
  let pairs = 0;
  const clicked = [...histories.values()].flat();
  for (const history of histories.values()) {
    for (let i = 1; i < history.length; i++) {
      const [a, b] = [history[i - 1], history[i]];
      if (a === b) continue;
      // A random partner with the same popularity: another click of the log.
      const c = clicked[(pairs * 7919) % clicked.length];
      textOfPairs += cosine(vectors[a], vectors[b]);
      textAtRandom += cosine(vectors[a], vectors[c]);
      shelfOfPairs += items[a].categories![1] === items[b].categories![1] ? 1 : 0;
      shelfAtRandom += items[a].categories![1] === items[c].categories![1] ? 1 : 0;
      pairs++;
    }
  }
  assert.ok(pairs > 3000);
  assert.ok(textOfPairs > 2 * textAtRandom, `${textOfPairs / pairs} against ${textAtRandom / pairs}`);
  assert.ok(shelfOfPairs > 5 * shelfAtRandom, `${shelfOfPairs / pairs} against ${shelfAtRandom / pairs}`);
});

test('the nearest item by text has nearly the same meaning vector; a random one does not', () => {
  const meanings = items.map((item) => shop.truth.itemVector(item.id));
  const truth = (a: number, b: number) => meanings[a].reduce((sum, value, i) => sum + value * meanings[b][i], 0);
  let near = 0;
  let random = 0;
  for (let a = 0; a < items.length; a++) {
    const similarity = vectors.map((vector, b) => (a === b ? -1 : cosine(vectors[a], vector)));
    near += truth(a, similarity.indexOf(Math.max(...similarity)));
    random += truth(a, (a * 7 + 5) % items.length);
  }
  assert.ok(near / items.length > 0.6, String(near / items.length));
  assert.ok(Math.abs(random / items.length) < 0.2, String(random / items.length));
});

test('nearest neighbours by text find the next new item far more often than popularity does', () => {
  const popularity = new Float64Array(items.length);
  for (const history of histories.values()) for (const row of history.slice(0, -1)) popularity[row]++;
  const hits = { popularity: 0, neighbours: 0 };
  let users = 0;
  for (const history of histories.values()) {
    const target = history[history.length - 1];
    const past = history.slice(0, -1);
    if (past.length < 4 || past.includes(target)) continue;
    users++;
    const last = vectors[past[past.length - 1]];
    const near = Float64Array.from(vectors, (vector) => cosine(vector, last));
    const popular = popularity.slice();
    // Items clicked before are not new.
    for (const row of past) near[row] = popular[row] = -1;
    const rank = (scores: Float64Array) => 1 + scores.filter((score) => score > scores[target]).length;
    if (rank(popular) <= 10) hits.popularity++;
    if (rank(near) <= 10) hits.neighbours++;
  }
  assert.ok(users > 100);
  assert.ok(hits.neighbours > 3 * hits.popularity, `${hits.neighbours} against ${hits.popularity} of ${users}`);
});

test('the true preference for clicked items exceeds that for shown items', () => {
  let shown = 0;
  let impressions = 0;
  let chosen = 0;
  let clicks = 0;
  for (const { user, item, type, timestamp } of shop.events()) {
    if (type !== 'impression' && type !== 'click') continue;
    const preference = shop.truth.preference(user, item, timestamp);
    if (type === 'click') {
      chosen += preference;
      clicks++;
    } else {
      shown += preference;
      impressions++;
    }
  }
  assert.ok(chosen / clicks > shown / impressions + 0.5);
});

function tfidf(catalogue: Item[]): Map<string, number>[] {
  const words = catalogue.map(
    ({ title, categories, description }) =>
      `${title} ${categories!.join(' ')} ${description}`.toLowerCase().match(/[a-z0-9]+/g)!,
  );
  const documents = new Map<string, number>();
  for (const text of words) for (const word of new Set(text)) documents.set(word, (documents.get(word) ?? 0) + 1);
  return words.map((text) => {
    const vector = new Map([...new Set(text)].map((word) => [word, Math.log(words.length / documents.get(word)!)]));
    const norm = Math.sqrt([...vector.values()].reduce((sum, value) => sum + value * value, 0));
    for (const [word, value] of vector) vector.set(word, value / norm);
    return vector;
  });
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let product = 0;
  for (const [word, value] of a) product += value * (b.get(word) ?? 0);
  return product;
}
