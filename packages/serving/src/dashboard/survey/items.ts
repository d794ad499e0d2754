/** The catalogue, read once: items without text or vector, categories, and the text vectors. */
import { type ItemTemplate, textHash } from '@lorekeep/encoder';
import type { Item, Store } from '@lorekeep/store';
import type { SurveyRun } from './survey.ts';
import { buildVectorSpace, type VectorSpace } from './vector-space.ts';

const BATCH = 64;
/** Items whose vectors are held. A larger catalogue has its first ones in the explorer and on the map. */
const MAX_VECTORS = 200_000;
const EXAMPLES = 5;
const LEVELS = 3;
const NO_CATEGORY = 'no category';

export interface SurveyEncoder {
  id: string;
  name: string;
  dim: number;
  template: ItemTemplate;
}

export interface ItemSurvey {
  /** Unix seconds. */
  at: number;
  total: number;
  withoutText: number;
  /** `null` without an encoder. */
  withoutVector: number | null;
  examplesWithoutText: string[];
  /** Of the publication; absent if there is none. */
  encoder?: SurveyEncoder;
  /** Of the items with a vector: row → id. `undefined` if no item has one. */
  space: VectorSpace | undefined;
  ids: string[];
  rowOf: ReadonlyMap<string, number>;
  /** By row, at the first level where no category has most of the catalogue. */
  categories: string[];
}

export async function surveyItems({ store, next }: SurveyRun, encoder: SurveyEncoder | undefined): Promise<ItemSurvey> {
  const expected = (await store.counts()).items;
  const builder = buildVectorSpace(encoder?.dim ?? 0, Math.min(expected, MAX_VECTORS));
  const ids: string[] = [];
  const paths: string[][] = [];
  const names = new Map<string, string>();
  const shared = (name: string) => {
    if (!names.has(name)) names.set(name, name);
    return names.get(name) as string;
  };
  let total = 0;
  let withoutText = 0;
  let withoutVector = 0;
  const examplesWithoutText: string[] = [];

  for await (const batch of store.items({ batchSize: BATCH })) {
    total += batch.length;
    const hashes = batch.map((item) => textHash(item, encoder?.template));
    batch.forEach(({ id }, at) => {
      if (hashes[at] !== '') return;
      withoutText++;
      if (examplesWithoutText.length < EXAMPLES) examplesWithoutText.push(id);
    });
    const { items, vectors, missing } = await storedVectors(store, encoder, batch, hashes);
    withoutVector += missing;
    const dim = vectors.length / Math.max(1, items.length);
    items.forEach((item, at) => {
      if (builder.size >= MAX_VECTORS) return;
      const vector = vectors.subarray(at * dim, (at + 1) * dim);
      // The lexical encoder knows no word of it.
      if (vector.every((value) => value === 0)) return;
      builder.add(vector);
      ids.push(item.id);
      paths.push((item.categories ?? []).slice(0, LEVELS).map(shared));
    });
    await next(total, Math.max(total, expected));
  }
  return {
    at: Date.now() / 1000,
    total,
    withoutText,
    withoutVector: encoder === undefined ? null : withoutVector,
    examplesWithoutText,
    ...(encoder && { encoder }),
    space: ids.length === 0 ? undefined : await builder.finish(),
    ids,
    rowOf: new Map(ids.map((id, row) => [id, row])),
    categories: categoriesAt(paths),
  };
}

/** The items of a batch whose text has a vector, and how many have a text and none. */
async function storedVectors(
  store: Store,
  encoder: SurveyEncoder | undefined,
  batch: readonly Item[],
  hashes: readonly string[],
): Promise<{ items: Item[]; vectors: Float32Array; missing: number }> {
  const none = new Float32Array(0);
  if (encoder === undefined) return { items: [], vectors: none, missing: 0 };
  const texts = hashes.filter((hash) => hash !== '');
  const missing = new Set(await store.missingEmbeddings(encoder.id, texts));
  const wanted = texts.filter((hash) => !missing.has(hash));
  const items = batch.filter((_, at) => hashes[at] !== '' && !missing.has(hashes[at]));
  const vectors = items.length === 0 ? none : (await store.getEmbeddings(encoder.id, wanted)).vectors;
  return { items, vectors, missing: texts.length - items.length };
}

/** The widest level where no category has 80 % of the items or more. */
function categoriesAt(paths: readonly string[][]): string[] {
  for (let level = 0; level < LEVELS; level++) {
    const names = paths.map((path) => path[Math.min(level, path.length - 1)] ?? NO_CATEGORY);
    const sizes = new Map<string, number>();
    for (const name of names) sizes.set(name, (sizes.get(name) ?? 0) + 1);
    if (Math.max(...sizes.values()) < 0.8 * names.length || level === LEVELS - 1) return names;
  }
  return [];
}
