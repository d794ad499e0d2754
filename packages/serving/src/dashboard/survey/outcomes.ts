/**
 * What came of impressions: clicks, purchases and their value, by surface and position, over the
 * newest days of the log. Intervals are over users, because what one user does is not independent.
 * Users are gathered in a fixed number of groups, so that memory does not grow with them; groups of
 * independent users are as independent.
 */
import { comparableName, DEFAULT_ROLES, type ImpressionBatch, type Store } from '@lorekeep/store';
import { type Rate, rateOf } from './rate.ts';
import type { SurveyRun } from './survey.ts';

export const OUTCOME_DAYS = 28;
/** Positions with a figure of their own; the others share one. */
const POSITIONS = 10;
/** Surfaces with figures of their own; the others share one. */
const SURFACES = 12;
const OTHER_SURFACES = 'other surfaces';
const USER_GROUPS = 1_024;
const DAY_S = 86_400;
const BATCH = 4_096;
const ITEMS_PER_READ = 256;
/** Bits of an impression's outcomes. */
const MAX_TYPES = 32;

export interface OutcomeCell {
  impressions: number;
  clicks: number;
  purchases: number;
  /** Sum of the prices of the purchased items. */
  value: number;
  /** Clicks, purchases and value of one impression. */
  ctr: Rate;
  cvr: Rate;
  valueRate: Rate;
}

export interface OutcomeSurvey {
  /** Unix seconds: when it was counted, and which impressions were. */
  at: number;
  from: number | null;
  to: number | null;
  types: { impressions: string[]; clicks: string[]; purchases: string[] };
  total: OutcomeCell;
  surfaces: {
    surface: string | null;
    total: OutcomeCell;
    positions: ({ position: number | null; isLast: boolean } & OutcomeCell)[];
  }[];
  /** Days in UTC from `from` on. */
  days: { impressions: number; clicks: number; purchases: number }[];
}

/** Stored types of events that are impressions, clicks and purchases, by their default meaning. */
export async function outcomeTypes(store: Store): Promise<OutcomeSurvey['types']> {
  const stored = (await store.eventTypes()).map(({ type }) => type);
  const like = (name: string, except: string[] = []) => {
    const names = DEFAULT_ROLES.find((group) => group.names.includes(name))?.names ?? [];
    const known = new Set(names.filter((one) => !except.includes(one)).map(comparableName));
    return stored.filter((type) => known.has(comparableName(type))).slice(0, MAX_TYPES / 2);
  };
  // An interaction is an event of which nothing more is known.
  return { impressions: like('impression'), clicks: like('click'), purchases: like('purchase', ['interaction']) };
}

export async function surveyOutcomes({ store, next }: SurveyRun): Promise<OutcomeSurvey> {
  const types = await outcomeTypes(store);
  const outcomes = [...types.clicks, ...types.purchases];
  const last = types.impressions.length === 0 ? undefined : await store.lastTimestamp();
  const from = last === undefined ? undefined : (Math.floor(last / DAY_S) - OUTCOME_DAYS + 1) * DAY_S;
  const total = createCell();
  const surfaces = new Map<string | null, { total: Sums; positions: Map<number, Sums> }>();
  const days = Array.from({ length: from === undefined ? 0 : OUTCOME_DAYS }, () => ({
    impressions: 0,
    clicks: 0,
    purchases: 0,
  }));
  let [first, newest]: (number | null)[] = [null, null];
  let done = 0;

  async function addBatch(batch: ImpressionBatch): Promise<void> {
    const isClick = maskOf(batch, types.clicks);
    const isPurchase = maskOf(batch, types.purchases);
    const prices = await pricesOf(store, batch, isPurchase);
    for (let row = 0; row < batch.users.length; row++) {
      const time = batch.timestamps[row];
      if (from === undefined || time < from) continue;
      first ??= time;
      newest = time;
      const clicked = (batch.outcomes[row] & isClick) !== 0 ? 1 : 0;
      const purchased = (batch.outcomes[row] & isPurchase) !== 0 ? 1 : 0;
      const value = purchased === 1 ? (prices.get(batch.items[row]) ?? 0) : 0;
      const name = batch.surfaces[row] < 0 ? null : batch.names.surfaceNames[batch.surfaces[row]];
      const surface = surfaceOf(surfaces, name);
      const at = Math.min(batch.positions[row], POSITIONS);
      let position = surface.positions.get(at);
      if (position === undefined) {
        position = createCell();
        surface.positions.set(at, position);
      }
      for (const cell of [total, surface.total, position]) add(cell, batch.users[row], clicked, purchased, value);
      const day = days[Math.floor((time - from) / DAY_S)];
      day.impressions++;
      day.clicks += clicked;
      day.purchases += purchased;
    }
  }

  if (from !== undefined && last !== undefined)
    for await (const batch of store.impressions({ impressions: types.impressions, outcomes, batchSize: BATCH })) {
      await addBatch(batch);
      done += batch.users.length;
      await next(done, batch.names.impressions);
    }
  return {
    at: Date.now() / 1000,
    from: first,
    to: newest,
    types,
    total: figuresOf(total),
    surfaces: [...surfaces]
      .map(([surface, { total: all, positions }]) => ({
        surface,
        total: figuresOf(all),
        positions: [...positions]
          .sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b))
          .map(([at, cell]) => ({ position: at < 0 ? null : at, isLast: at === POSITIONS, ...figuresOf(cell) })),
      }))
      .sort((a, b) => b.total.impressions - a.total.impressions),
    days: first === null ? [] : days,
  };
}

function maskOf({ names: { outcomeNames } }: ImpressionBatch, types: readonly string[]): number {
  return types.reduce((mask, type) => mask | (1 << outcomeNames.indexOf(type)), 0);
}

/** Prices of the items that were purchased in this batch, by their row. */
async function pricesOf(
  store: Store,
  { items, outcomes, names }: ImpressionBatch,
  isPurchase: number,
): Promise<Map<number, number>> {
  const rows = [...new Set(items.filter((_, row) => (outcomes[row] & isPurchase) !== 0))];
  const prices = new Map<number, number>();
  for (let at = 0; at < rows.length; at += ITEMS_PER_READ) {
    const part = rows.slice(at, at + ITEMS_PER_READ);
    const found = await store.getItems(part.map((row) => names.itemIds[row]));
    for (const [place, item] of found.entries()) if (item?.price !== undefined) prices.set(part[place], item.price);
  }
  return prices;
}

function surfaceOf(
  surfaces: Map<string | null, { total: Sums; positions: Map<number, Sums> }>,
  name: string | null,
): { total: Sums; positions: Map<number, Sums> } {
  const key = surfaces.has(name) || surfaces.size < SURFACES ? name : OTHER_SURFACES;
  const known = surfaces.get(key);
  if (known !== undefined) return known;
  const made = { total: createCell(), positions: new Map<number, Sums>() };
  surfaces.set(key, made);
  return made;
}

/** `[group of users × 4]`: impressions, clicks, purchases, value. */
type Sums = Float64Array;
const createCell = (): Sums => new Float64Array(USER_GROUPS * 4);

function add(cell: Sums, user: number, clicked: number, purchased: number, value: number): void {
  const at = (user % USER_GROUPS) * 4;
  cell[at]++;
  cell[at + 1] += clicked;
  cell[at + 2] += purchased;
  cell[at + 3] += value;
}

function figuresOf(cell: Sums): OutcomeCell {
  const column = (at: number) => Array.from({ length: USER_GROUPS }, (_, group) => cell[group * 4 + at]);
  const columns = [0, 1, 2, 3].map(column);
  const [impressions, clicks, purchases, value] = columns.map((sums) => sums.reduce((total, sum) => total + sum, 0));
  const [ctr, cvr, valueRate] = columns.slice(1).map((sums) => rateOf(sums, columns[0]));
  return { impressions, clicks, purchases, value, ctr, cvr, valueRate };
}
