/** The answers of the explorer and of the map. */
import type { ItemSpaceMap, ItemView, Landing, Nearest, NearItem, ShownItem, UserView, Why } from '@lorekeep/dashboard';
import type { Engine, Explanation } from '@lorekeep/recommender';
import type { Item, Store } from '@lorekeep/store';
import { shown, shownItems } from '../items.ts';
import { sourceOf } from '../sources.ts';
import type { EventSurvey } from '../survey/events.ts';
import type { Survey } from '../survey/survey.ts';
import { largest, type VectorSpace } from '../survey/vector-space.ts';
import type { CatalogueSurvey, Surveys } from '../surveys.ts';

const HISTORY = 30;
/** Of the history, those with which each answered item is compared. */
const COMPARED = 30;
/** Most items of an answer that the engine explains, and items of the history that are named for each. */
const EXPLAINED = 100;
const REASONS = 3;
const USERS = 10;
const CATEGORIES = 7;
const NO_VECTORS = 'No item of the catalogue has a text vector of the published encoder.';
const OTHER = 'other';

interface Read {
  engine: Engine;
  store: Store;
  surveys: Surveys;
}

export async function userView({ engine, store, surveys }: Read, user: string, k: number): Promise<UserView> {
  const { user: record } = await engine.getUser(user);
  const [history] = await store.histories([user], HISTORY);
  const { version, source, items } = await engine.recommend({ user, k, withItems: true, explain: k <= EXPLAINED });
  const survey = await surveys.items.latest();
  const past = [...new Set(history)].slice(-COMPARED);
  const pastItems = new Map((await shownItems(store, past)).map((item) => [item.id, item]));
  const named = items.flatMap(({ explain }) => (explain === undefined ? [] : namedBy(explain)));
  const reasons = new Map((await shownItems(store, [...new Set(named)])).map((item) => [item.id, item]));
  return {
    user,
    attributes: record.attributes ?? {},
    history: await shownItems(store, history.toReversed()),
    answer: {
      version,
      source,
      meaning: sourceOf(source).meaning,
      items: items.map(({ id, score, item, explain, new: isNew = false }) => {
        const near = survey && closest(survey, id, past);
        const named = near && pastItems.get(near.id);
        return {
          ...shown(id, item),
          ...{ score, isNew },
          closest: near && named ? { ...named, ...near } : null,
          why: explain === undefined ? null : whyOf(explain, reasons),
        };
      }),
    },
  };
}

/** The items that an explanation shows. */
const namedBy = ({ history, content }: Explanation) =>
  [...history.slice(0, REASONS), ...content.slice(0, REASONS)].map(({ item }) => item);

function whyOf({ parts, history, content }: Explanation, items: ReadonlyMap<string, ShownItem>): Why {
  const total = history.reduce((sum, { weight }) => sum + Math.abs(weight), 0) || 1;
  const known = (id: string) => items.get(id) ?? shown(id, undefined);
  return {
    parts,
    history: history
      .slice(0, REASONS)
      .map(({ item, weight }) => ({ ...known(item), weight, share: Math.abs(weight) / total })),
    content: content.slice(0, REASONS).map(({ item, similarity }) => ({ ...known(item), similarity })),
  };
}

/** The item of a history whose text is nearest to that of an item. */
function closest({ space, rowOf }: CatalogueSurvey, id: string, past: readonly string[]) {
  const row = rowOf.get(id);
  if (space === undefined || row === undefined) return undefined;
  const own = space.centred(row);
  let best: { id: string; similarity: number } | undefined;
  for (const other of past) {
    const otherRow = rowOf.get(other);
    if (otherRow === undefined || other === id) continue;
    const similarity = space.centred(otherRow).reduce((sum, value, at) => sum + value * own[at], 0);
    if (best === undefined || similarity > best.similarity) best = { id: other, similarity };
  }
  return best;
}

export async function itemView({ engine, store, surveys }: Read, id: string, k: number): Promise<ItemView> {
  const { item, retrievable } = await engine.getItem(id);
  const { source, items } = await engine.similar(id, { k, withItems: true });
  const { text, vector } = await engine.readText(item);
  return {
    item: { ...shown(id, item), brand: item.brand ?? null, price: item.price ?? null, text: text === '' ? null : text },
    retrievable,
    byContent: (await nearestTo(store, surveys.items, vector, k, id)).nearest,
    byBehaviour: {
      source,
      meaning: sourceOf(source).meaning,
      items: items.map((found) => ({ ...shown(found.id, found.item), score: found.score })),
    },
  };
}

async function nearestTo(
  store: Store,
  survey: Survey<CatalogueSurvey>,
  vector: Float32Array,
  k: number,
  leftOut?: string,
): Promise<{ nearest: Nearest; catalogue?: CatalogueSurvey & { space: VectorSpace }; similarities?: Float32Array }> {
  const reason = 'The encoder finds no word that it knows in the text of this item.';
  if (vector.every((value) => value === 0)) return { nearest: { state: 'none', reason } };
  const found = await survey.latest();
  if (found === undefined) return { nearest: { state: 'waiting', ...survey.progress() } };
  const { space, ids, encoder } = found;
  if (space === undefined || encoder === undefined) return { nearest: { state: 'none', reason: NO_VECTORS } };
  const similarities = await space.similarities(vector);
  const rows = largest(similarities, k, (row) => ids[row] === leftOut);
  const items = await shownItems(
    store,
    rows.map((row) => ids[row]),
  );
  const near: NearItem[] = items.map((item, at) => ({ ...item, similarity: similarities[rows[at]] }));
  return {
    nearest: { state: 'ready', encoder: encoder.name, among: space.size, items: near },
    catalogue: { ...found, space },
    similarities,
  };
}

export async function landingView({ engine, store, surveys }: Read, item: Item, k: number): Promise<Landing> {
  const { text, vector } = await engine.readText(item);
  const { nearest, catalogue, similarities } = await nearestTo(store, surveys.items, vector, k);
  const events = await surveys.events.latest();
  const isReady = events !== undefined && catalogue !== undefined && similarities !== undefined;
  return {
    text,
    nearest,
    place: catalogue?.projection?.place(centredOn(catalogue.space, vector)) ?? null,
    users: isReady
      ? await likelyUsers(store, events, catalogue, similarities)
      : { state: 'waiting', ...surveys[events === undefined ? 'events' : 'items'].progress() },
  };
}

function centredOn({ mean }: VectorSpace, vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector) || 1;
  const rest = vector.map((value, k) => value / length - mean[k]);
  const own = Math.hypot(...rest) || 1;
  return rest.map((value) => value / own);
}

/** The users whose newest items are nearest: the mean cosine of up to three. */
async function likelyUsers(
  store: Store,
  { tails }: EventSurvey,
  { rowOf }: CatalogueSurvey,
  similarities: Float32Array,
): Promise<Landing['users']> {
  const found: { user: string; similarity: number; items: string[] }[] = [];
  let among = 0;
  for (const [user, { items }] of tails) {
    const rows = items.map((id) => rowOf.get(id)).filter((row) => row !== undefined);
    if (rows.length === 0) continue;
    among++;
    const similarity = rows.reduce((sum, row) => sum + similarities[row], 0) / rows.length;
    if (found.length === USERS && similarity <= found[USERS - 1].similarity) continue;
    const at = found.findIndex((other) => other.similarity < similarity);
    found.splice(at < 0 ? found.length : at, 0, { user, similarity, items });
    if (found.length > USERS) found.pop();
  }
  const newest = found.map(({ items }) => shownItems(store, items.toReversed()));
  const shownNewest = await Promise.all(newest);
  return {
    state: 'ready',
    among,
    users: found.map(({ user, similarity }, at) => ({ user, similarity, newest: shownNewest[at] })),
  };
}

export async function mapView(surveys: Surveys): Promise<ItemSpaceMap> {
  const survey = await surveys.items.latest();
  if (survey === undefined) return { state: 'waiting', ...surveys.items.progress() };
  const { projection, space, encoder, at, ids } = survey;
  if (projection === undefined || space === undefined || encoder === undefined)
    return { state: 'none', reason: NO_VECTORS };
  const names = projection.rows.map((row) => survey.categories[row]);
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  const bySize = [...sizes].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const categories = bySize.length > CATEGORIES ? [...bySize.slice(0, CATEGORIES), OTHER] : bySize;
  const numbers = new Map(categories.map((name, number) => [name, number]));
  const rounded = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 1e4) / 1e4);
  return {
    state: 'ready',
    encoder: encoder.name,
    at,
    catalogue: space.size,
    explained: projection.explained,
    categories,
    ids: projection.rows.map((row) => ids[row]),
    titles: projection.titles,
    x: rounded(projection.x),
    y: rounded(projection.y),
    category: names.map((name) => numbers.get(name) ?? categories.length - 1),
  };
}
