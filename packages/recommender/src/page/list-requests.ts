/** Requests for lists, from what they say to their answer. */
import { randomUUID } from 'node:crypto';
import { errorCode, LorekeepError, stage } from '@lorekeep/core';
import type { TextEncoder } from '@lorekeep/encoder';
import type { Store } from '@lorekeep/store';
import { newBound, type RankedItems } from '../composition/lists.ts';
import { popularRows } from '../composition/parts.ts';
import type { Query } from '../composition/recommender.ts';
import type { LoadedPublication } from '../engine/loaded-publication.ts';
import { HISTORY_READ } from '../engine/new-choices.ts';
import type {
  Fallback,
  ListOptions,
  Recommendations,
  RecommendRequest,
  RequestContext,
  Scenario,
  ScenarioSettings,
  SearchRequest,
  SimilarRequest,
} from '../engine/request-types.ts';
import { parse } from '../engine/requests.ts';
import { errors } from '../errors.ts';
import type { Assignment, Experiments } from '../experiments/experiments.ts';
import type { ExposureBuffer } from '../experiments/exposure-buffer.ts';
import { unknownNames } from '../filters/item-fields.ts';
import type { RankingService } from '../ranking/ranking-service.ts';
import type { Scenarios } from '../scenarios/scenarios.ts';
import { createQueryVectors, plainQuery } from '../search/query-vectors.ts';
import { searchItems } from '../search/search.ts';
import { readCursor } from './cursor.ts';
import { explain } from './explain.ts';
import { listableRows } from './listable-rows.ts';
import { type Page, type PageRules, pageOf, type SourcedItems } from './page.ts';
import { createRankedSource, type RankedSource } from './ranked-source.ts';
import { DEFAULT_K, recommendSchema, searchSchema, similarSchema } from './schemas.ts';
import { similarItems } from './similar.ts';

export interface ListRequests {
  recommend(loaded: LoadedPublication, input: RecommendRequest, context: RequestContext): Promise<Recommendations>;
  similar(
    loaded: LoadedPublication,
    id: string,
    input: SimilarRequest,
    context: RequestContext,
  ): Promise<Recommendations>;
  search(loaded: LoadedPublication, input: SearchRequest, context: RequestContext): Promise<Recommendations>;
}

interface Parts {
  store: Store;
  encoder: TextEncoder;
  ranking?: RankingService;
  scenarios: Scenarios;
  experiments: Experiments;
  exposures: ExposureBuffer;
}

/** A request with its scenario, before its list is made. */
interface Asked<Settings> {
  settings: Settings;
  scenario?: { name: string; version: number };
  experiment?: Assignment;
}

export function createListRequests({
  store,
  encoder,
  ranking,
  scenarios,
  experiments,
  exposures,
}: Parts): ListRequests {
  const queryVectors = createQueryVectors(encoder);

  async function scenarioOf(named: string): Promise<Scenario> {
    const [name, number] = named.split('@');
    return scenarios.get(name, number === undefined ? undefined : Number(number));
  }

  /** What the request says, and behind it what its scenario says, or the user's arm of its experiment. */
  async function withScenario<Request extends { scenario?: string }>(
    request: Request,
    user?: string,
  ): Promise<Asked<Omit<Request, 'scenario'> & ScenarioSettings>> {
    const { scenario: named, ...own } = request;
    if (named === undefined) return { settings: own };
    const assigned = user === undefined || named.includes('@') ? undefined : await experiments.armOf(named, user);
    const arm = assigned && (await scenarioOf(assigned.arm).catch(ifDeleted));
    const { name, version, settings } = arm ?? (await scenarioOf(named));
    const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as typeof own;
    return {
      settings: { ...settings, ...said },
      scenario: { name, version },
      ...(arm && { experiment: assigned }),
    };
  }

  /** Logs the list that `make` gives, or that it failed. */
  async function exposed(
    { publication }: LoadedPublication,
    { scenario, experiment }: Asked<unknown>,
    to: { user?: string; surface?: string },
    { requestId, isShown = false }: RequestContext,
    make: () => Promise<Recommendations>,
  ): Promise<Recommendations> {
    if (!isShown) return make();
    const timestamp = Date.now() / 1000;
    const started = performance.now();
    const log = (request: string, answer?: Recommendations) =>
      exposures.add({
        ...{ request, timestamp, ...to, version: publication.manifest.version },
        ...(scenario && { scenario: `${scenario.name}@${scenario.version}` }),
        ...(experiment && { experiment: experiment.id, arm: experiment.arm }),
        ...(answer && { source: answer.source }),
        milliseconds: performance.now() - started,
        items: answer?.items.map(({ id }) => id) ?? [],
      });
    try {
      const answer = await make();
      log(answer.request, answer);
      return answer;
    } catch (error) {
      // What the client has done wrong says nothing about an arm.
      if (!(error instanceof LorekeepError) || error.kind === 'failure') log(requestId ?? randomUUID());
      throw error;
    }
  }

  /** Cuts the page and says what it has to say. */
  async function answer(
    loaded: LoadedPublication,
    { settings, scenario, experiment }: Asked<ListOptions & { cursor?: string; scenario?: string }>,
    asked: {
      list: (size: number) => Promise<SourcedItems>;
      /** Largest share of new items. */
      bound: ReturnType<typeof newBound>;
      query: Query;
      requestId: string | undefined;
      /** Identifies the list, beside its settings. */
      binding: unknown;
      unknownItems: string[];
      /** Why the list is the same for all, if it is; `undefined` if that was asked for. */
      reason: Fallback['reason'] | undefined;
    },
  ): Promise<{ answer: Recommendations; page: Page }> {
    const { catalogue, parts, publication } = loaded;
    const {
      k = DEFAULT_K,
      filter,
      boosts = [],
      diversity,
      caps = [],
      withItems = false,
      explain: why = false,
    } = settings;
    const { k: _k, withItems: _items, explain: _explain, cursor, ...bound } = settings;
    const { version } = publication.manifest;
    const shown = readCursor(cursor, { version, request: { ...bound, for: asked.binding } });
    const rules: PageRules = {
      boosts: await Promise.all(
        boosts.map(async ({ filter: moved, factor = 1, bonus = 0 }) => {
          const rows = await catalogue.filters.rowsFor(moved);
          return { has: rows?.set.has ?? (() => true), factor, bonus };
        }),
      ),
      lambda: diversity?.lambda,
      caps: caps.map(({ field, atMost }) => ({
        atMost,
        valuesOf: (row) => {
          const values = catalogue.fields.valuesOf(row, field);
          // From the broadest category to the most specific, which is the first of the values.
          return field === 'categories' ? values.slice(0, 1) : values;
        },
      })),
      bound: asked.bound,
      isNew: parts.isNew,
      isShown: (row) => shown.has(catalogue.idOf(row)),
      shown: shown.count,
      vectorsOf: (rows) => publication.index.getMany(rows),
    };
    const page = await stage('page', () => pageOf(asked.list, k, rules));
    const ids = Array.from(page.keys, catalogue.idOf);
    const items = withItems ? await stage('store', () => store.getItems(ids)) : [];
    const reasons = why ? await explain({ store, encoder, loaded, query: asked.query, page }) : [];
    const next = page.hasMore ? shown.next(ids) : undefined;
    const fallbacks = fallbacksOf(page, k, asked.reason);
    const filters = [filter, ...boosts.map((boost) => boost.filter)].filter((one) => one !== undefined);
    const unknownFields = [...new Set(filters.flatMap((one) => unknownNames(one, catalogue.fields)))];
    return {
      page,
      answer: {
        request: asked.requestId ?? randomUUID(),
        version,
        source: page.source,
        items: ids.map((id, at) => ({
          id,
          score: page.scores[at],
          ...(parts.isNew(page.keys[at]) ? { new: true as const } : {}),
          ...(items[at] === undefined ? {} : { item: items[at] }),
          ...(why ? { explain: reasons[at] } : {}),
        })),
        ...(next === undefined ? {} : { cursor: next }),
        ...(scenario === undefined ? {} : { scenario }),
        ...(experiment === undefined ? {} : { experiment: { name: experiment.name, arm: experiment.arm } }),
        ...(fallbacks.length === 0 ? {} : { fallbacks }),
        unknownItems: asked.unknownItems,
        ...(unknownFields.length === 0 ? {} : { unknownFields }),
      },
    };
  }

  async function reasonOf(user: string | undefined, history: string[] | undefined): Promise<Fallback['reason']> {
    if (user === undefined) return history?.length === 0 ? 'noHistory' : 'unknownItems';
    const [known] = await store.getUsers([user]);
    return known === undefined ? 'unknownUser' : 'noHistory';
  }

  async function recommendations(
    loaded: LoadedPublication,
    asked: Asked<Omit<RecommendRequest, 'scenario'>>,
    requestId: string | undefined,
  ): Promise<Recommendations> {
    const { user, history: given, exclude = [], filter, candidates = 'model', ...further } = asked.settings;
    const { includeHistory = false, rank = false, surface, newItems = {} } = further;
    const { catalogue, recommender, parts, publication } = loaded;
    if (rank && ranking === undefined) throw errors.RANKER_NOT_SERVED();
    const history = given ?? (await stage('store', () => store.histories([user as string], HISTORY_READ)))[0];
    const rows = history.map(catalogue.rowOf);
    const known = rows.filter((row) => row !== undefined);
    const listable = await listableRows(loaded, filter, exclude.map(catalogue.rowOf));
    const [unwanted] = user === undefined ? [[]] : await stage('store', () => store.negatives([user]));
    const left = new Set(unwanted.map(catalogue.rowOf).filter((row) => row !== undefined));
    if (!includeHistory) for (const row of known) left.add(row);
    const bound = newBound(newItems.atMost);
    // Without any new item, the search for known ones must not go through all new ones first.
    const passes =
      bound.share > 0
        ? listable.passes
        : (row: number) => !parts.isNew(row) && (listable.passes === undefined || listable.passes(row));
    // The ranker orders candidates that are bounded already; of any other list, the page is.
    const query: Query = { history: known, passes, among: listable.among, atMostNew: rank ? newItems.atMost : 1 };
    const unseen = (row: number) => !left.has(row) && (passes === undefined || passes(row));
    const list = await candidateList();
    const ranked =
      rank && ranking !== undefined
        ? createRankedSource({ ranking, list, idOf: catalogue.idOf, user, history: given, surface })
        : undefined;

    async function candidateList(): Promise<(size: number) => Promise<RankedItems>> {
      if (candidates === 'popularity') return async (size) => parts.popular(size, unseen);
      if (candidates === 'newest')
        return async (size) => popularRows(catalogue.rows, Math.min(size, catalogue.size), () => 0, unseen);
      const [prepared] = await stage('candidates', () => recommender.prepare([query]));
      return (size) => prepared.list(size, left);
    }

    const { answer: found, page } = await answer(loaded, asked, {
      list: ranked?.list ?? list,
      bound,
      query,
      requestId,
      binding: { user, history: given },
      unknownItems: given === undefined ? [] : history.filter((_, at) => rows[at] === undefined),
      reason: candidates !== 'model' ? undefined : known.length > 0 ? 'nothingKnown' : await reasonOf(user, given),
    });
    return ranked === undefined ? found : withProbabilities(found, page, ranked, publication.manifest.model);
  }

  async function similarTo(
    loaded: LoadedPublication,
    id: string,
    asked: Asked<Omit<SimilarRequest, 'scenario'>>,
    requestId: string | undefined,
  ): Promise<Recommendations> {
    const { by = 'both', filter, exclude = [] } = asked.settings;
    const row = loaded.catalogue.rowOf(id);
    if (row === undefined) throw errors.ITEM_NOT_FOUND({ id });
    const listable = await listableRows(loaded, filter, [row, ...exclude.map(loaded.catalogue.rowOf)]);
    const { answer: found } = await answer(loaded, asked, {
      list: (size) => similarItems(loaded, row, size, by, listable),
      bound: { share: 1, keepsAll: true },
      query: { history: [row], passes: listable.passes },
      requestId,
      binding: { item: id },
      unknownItems: [],
      reason: 'nothingKnown',
    });
    return found;
  }

  async function found(
    loaded: LoadedPublication,
    asked: Asked<Omit<SearchRequest, 'scenario'>>,
    requestId: string | undefined,
  ): Promise<Recommendations> {
    const { query: typed, user, history: given, filter, exclude = [] } = asked.settings;
    const query = plainQuery(typed);
    const vector = await queryVectors.of(query);
    const { catalogue } = loaded;
    const ids = given ?? (user === undefined ? [] : (await store.histories([user], HISTORY_READ))[0]);
    const rows = ids.map(catalogue.rowOf);
    const history = rows.filter((row) => row !== undefined);
    const listable = await listableRows(loaded, filter, exclude.map(catalogue.rowOf));
    const { answer: list } = await answer(
      loaded,
      { ...asked, settings: { ...asked.settings, explain: false } },
      {
        list: await searchItems(loaded, { query, vector, history, listable }),
        bound: { share: 1, keepsAll: true },
        query: { history, passes: listable.passes },
        requestId,
        binding: { query, user, history: given },
        unknownItems: given === undefined ? [] : ids.filter((_, at) => rows[at] === undefined),
        reason: undefined,
      },
    );
    return list;
  }

  return {
    async recommend(loaded, input, context) {
      const request = parse(recommendSchema, input);
      const asked = await withScenario(request, request.user);
      const { user, surface } = asked.settings;
      return exposed(loaded, asked, { user, surface }, context, () =>
        recommendations(loaded, asked, context.requestId),
      );
    },
    async similar(loaded, id, input, context) {
      const asked = await withScenario(parse(similarSchema, input));
      const to = { surface: asked.settings.surface };
      return exposed(loaded, asked, to, context, () => similarTo(loaded, id, asked, context.requestId));
    },

    async search(loaded, input, context) {
      const asked = await withScenario(parse(searchSchema, input));
      const to = { user: asked.settings.user };
      return exposed(loaded, asked, to, context, () => found(loaded, asked, context.requestId));
    },
  };
}

/** Users of an arm whose scenario was deleted have no arm: the check of the split says so. */
function ifDeleted(error: unknown): undefined {
  if (errorCode(error) !== 'SCENARIO_UNKNOWN') throw error;
}

function fallbacksOf(page: Page, k: number, reason: Fallback['reason'] | undefined): Fallback[] {
  const fallbacks: Fallback[] = [];
  const items = page.keys.length;
  const isSameForAll = page.source === 'popularity' || page.source === 'newest';
  if (isSameForAll && reason !== undefined && items > 0) fallbacks.push({ reason, items });
  const filling = page.fills.filter((fills) => fills).length;
  if (filling > 0) fallbacks.push({ reason: 'fewCandidates', items: filling });
  if (items < k) fallbacks.push({ reason: 'fewPass', items: k - items });
  return fallbacks;
}

function withProbabilities(
  answer: Recommendations,
  page: Page,
  ranked: RankedSource,
  model: string | null,
): Recommendations {
  const items = answer.items.map(({ id, score, ...rest }, at) => ({
    id,
    score,
    ...rest,
    probabilities: ranked.probabilitiesOf(page.keys[at]),
  }));
  return { ...answer, items, ranked: { ...ranked.by(), model } };
}
