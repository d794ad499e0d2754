/**
 * Why an item is on a page. The parts of its score are computed again from the same numbers as the
 * list, only for the items of the page. What is no sum, such as a score that an item has because of its
 * place, is a part of its own, so the parts always add up to the score.
 */
import { dot } from '@lorekeep/core';
import { catalogueVectors, type TextEncoder } from '@lorekeep/encoder';
import { blendScores } from '@lorekeep/ranking';
import type { Item, Store } from '@lorekeep/store';
import { DECAY, MAX_HISTORY } from '../bundle/text-model.ts';
import type { Query } from '../composition/recommender.ts';
import type { LoadedPublication } from '../engine/loaded-publication.ts';
import type { Explanation, ScorePart } from './explanation.ts';
import type { Page } from './page.ts';

/** Newest items of a history whose texts are compared, and how many of them are named. */
const TEXTS_READ = 20;
const TEXTS_NAMED = 3;
/** Smallest share of a score that is no rounding error. */
const ROUNDING = 1e-4;

interface Explained {
  store: Store;
  encoder: TextEncoder;
  loaded: LoadedPublication;
  query: Query;
  page: Page;
}

type Weights = Map<number, { row: number; weight: number }[]>;

export async function explain({ store, encoder, loaded, query, page }: Explained): Promise<Explanation[]> {
  const { catalogue, publication } = loaded;
  const rows = Array.from(page.keys);
  const history = Array.from(query.history);
  const [parts, texts] = [
    await partsOf(loaded, query, page),
    await similarTexts({ store, encoder, loaded }, rows, history.slice(-TEXTS_READ)),
  ];
  const weights =
    page.source === 'content' && publication.bundle.source === 'content'
      ? contentWeights(loaded, rows, history)
      : linearWeights(loaded, page, rows, history);
  return rows.map((row, at) => {
    const own = (weights.get(row) ?? []).filter(({ weight }) => weight !== 0);
    const total = own.reduce((sum, { weight }) => sum + weight, 0);
    const boost = page.boosted[at] - page.unboosted[at];
    return {
      score: page.unboosted[at],
      parts: parts[at],
      ...(own.length > 0 && page.source !== 'content' ? { linear: total } : {}),
      history: own
        .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
        .map(({ row: from, weight }) => ({ item: catalogue.idOf(from), weight })),
      content: texts[at],
      ...(boost === 0 ? {} : { boost }),
    };
  });
}

async function partsOf(loaded: LoadedPublication, query: Query, page: Page): Promise<ScorePart[][]> {
  const known = page.source === 'reranker' ? await rerankedParts(loaded, query) : undefined;
  return Array.from(page.keys, (row, at) => {
    const score = page.unboosted[at];
    const own: ScorePart[] =
      known !== undefined
        ? (known(row) ?? [])
        : page.fills[at]
          ? []
          : page.source === 'newest'
            ? []
            : [{ name: page.source as ScorePart['name'], value: score }];
    const rest = score - own.reduce((sum, { value }) => sum + value, 0);
    const isPlace = Math.abs(rest) > ROUNDING * Math.max(1, Math.abs(score));
    return isPlace ? [...own, { name: 'place', value: rest }] : own;
  });
}

/** The shares of re-ranker, towers and new items, as the composition has joined them. */
async function rerankedParts({ parts }: LoadedPublication, query: Query) {
  const { reranker, newItems, towers } = parts;
  if (reranker === undefined) return () => undefined;
  const { towerWeight } = reranker;
  const [candidates] = await reranker.rerank([query]);
  const byTowers =
    towerWeight === 0 || candidates.items.length === 0
      ? new Float32Array(candidates.items.length)
      : await towers.scores(await towers.userVectors([query.history]), candidates.items);
  const ranked = towerWeight === 0 ? candidates : blendScores(candidates, byTowers, towerWeight);
  const [fresh] = (ranked.items.length > 0 && (await newItems?.score([{ ...query, ranked }]))) || [];
  const shares = new Map<number, ScorePart[]>();
  const total = new Map(Array.from(ranked.items, (row, at) => [row, ranked.scores[at]]));
  candidates.items.forEach((row, at) => {
    const own: ScorePart[] = [{ name: 'reranker', value: candidates.scores[at] }];
    if (towerWeight !== 0) own.push({ name: 'towers', value: towerWeight * byTowers[at] });
    shares.set(row, own);
  });
  fresh?.items.forEach((row, at) => {
    // An item of both lists has the higher of its scores.
    if (fresh.scores[at] > (total.get(row) ?? Number.NEGATIVE_INFINITY))
      shares.set(row, [{ name: 'newItems', value: fresh.scores[at] }]);
  });
  return (row: number) => shares.get(row);
}

/** What each item of the history gives the rows in the linear model that proposed them. */
function linearWeights(
  { catalogue, publication: { bundle }, linear }: LoadedPublication,
  page: Page,
  rows: readonly number[],
  history: readonly number[],
): Weights {
  const weights: Weights = new Map(rows.map((row) => [row, []]));
  if ((page.source === 'reranker' || page.source === 'ranker') && bundle.reranker !== undefined) {
    const { source, statistics } = bundle.reranker;
    const wanted = new Map(rows.map((row) => [catalogue.trainedRowOf(row), row]));
    wanted.delete(-1);
    eachByAge(
      history.slice(-TEXTS_READ).filter((row) => catalogue.trainedRowOf(row) >= 0),
      statistics.decay,
      (row, factor) => {
        const { count, items, scores } = source.candidates([catalogue.trainedRowOf(row)], (item) => wanted.has(item));
        for (let at = 0; at < count; at++)
          weights.get(wanted.get(items[at]) as number)?.push({ row, weight: factor * scores[at] });
      },
    );
  } else if (page.source === 'linear' && linear !== undefined && bundle.linear !== undefined) {
    const { decay, maxHistory } = bundle.linear.settings;
    eachByAge(history.slice(-maxHistory), decay, (row, factor) =>
      linear.score([row], (other, score) => weights.get(other)?.push({ row, weight: factor * score })),
    );
  }
  return weights;
}

/** What each item of the history adds to a cosine with the mean of the history. */
function contentWeights(
  { catalogue, publication: { bundle } }: LoadedPublication,
  rows: readonly number[],
  history: readonly number[],
): Weights {
  const { dim } = bundle;
  const read = history.slice(-MAX_HISTORY);
  const vectors = catalogue.inputsOf(read);
  const sum = new Float32Array(dim);
  eachByAge([...read.keys()], DECAY, (at, factor) => {
    for (let k = 0; k < dim; k++) sum[k] += factor * vectors[at * dim + k];
  });
  const length = Math.hypot(...sum) || 1;
  const own = catalogue.inputsOf(rows);
  const weights: Weights = new Map();
  rows.forEach((row, place) => {
    const list: { row: number; weight: number }[] = [];
    eachByAge([...read.keys()], DECAY, (at, factor) => {
      list.push({ row: read[at], weight: (factor / length) * dot(vectors, at * dim, own, place * dim, dim) });
    });
    weights.set(row, list);
  });
  return weights;
}

/** Newest first, with the weight of an event of that age. */
function eachByAge(history: readonly number[], decay: number, each: (row: number, factor: number) => void): void {
  for (let at = history.length - 1, factor = 1; at >= 0; at--, factor *= decay) each(history[at], factor);
}

async function similarTexts(
  { store, encoder, loaded: { catalogue, publication } }: Pick<Explained, 'store' | 'encoder' | 'loaded'>,
  rows: readonly number[],
  history: readonly number[],
): Promise<Explanation['content'][]> {
  const distinct = [...new Set([...rows, ...history])];
  const items = await store.getItems(distinct.map(catalogue.idOf));
  const found = distinct.filter((_, at) => items[at] !== undefined);
  const { template } = publication.manifest;
  const content = await catalogueVectors(
    { store, encoder, template },
    items.filter((item): item is Item => item !== undefined),
  );
  const dim = content.length / Math.max(1, found.length);
  const placeOf = new Map(found.map((row, at) => [row, at]));
  const lengths = found.map((_, at) => Math.hypot(...content.subarray(at * dim, (at + 1) * dim)));
  return rows.map((row) => {
    const own = placeOf.get(row);
    if (own === undefined || lengths[own] === 0) return [];
    return [...new Set(history)]
      .flatMap((other) => {
        const at = placeOf.get(other);
        if (at === undefined || lengths[at] === 0) return [];
        return [
          {
            item: catalogue.idOf(other),
            similarity: dot(content, own * dim, content, at * dim, dim) / (lengths[own] * lengths[at]),
          },
        ];
      })
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, TEXTS_NAMED);
  });
}
