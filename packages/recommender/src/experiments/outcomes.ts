/**
 * Outcomes of the newest lists, by scenario, publication, surface and position. An outcome counts for
 * the list whose request it names. The user is the unit of the intervals; a session is one user.
 */
import { setImmediate as pause } from 'node:timers/promises';
import { addUser, emptySums, ratioOf } from '@lorekeep/experiments';
import type { Store } from '@lorekeep/store';
import { pricesOf, START_MARGIN } from './prices.ts';
import { DEFAULT_CLICKS, DEFAULT_CONVERSIONS } from './schemas.ts';
import type { OutcomeRow, Outcomes } from './types.ts';

/** Lists that are counted, and positions with a row of their own. */
const MAX_LISTS = 50_000;
const MAX_POSITIONS = 20;

interface ListOutcomes {
  user: string;
  items: string[];
  /** Positions. */
  clicks: Set<number>;
  /** Position → paid. */
  purchases: Map<number, number>;
}

type Group = Pick<OutcomeRow, 'scenario' | 'version' | 'surface'> & { lists: ListOutcomes[] };

export async function outcomesOf(store: Store): Promise<Outcomes> {
  const groups = new Map<string, Group>();
  const byRequest = new Map<string, ListOutcomes>();
  let since: number | null = null;
  let firstArrival: number | undefined;
  let lists = 0;
  for await (const batch of store.exposures({ newest: MAX_LISTS })) {
    for (const exposure of batch) {
      const { request, timestamp, arrival, items, user, source } = exposure;
      if (source === undefined) continue;
      since = Math.min(since ?? timestamp, timestamp);
      firstArrival ??= arrival;
      const { scenario = null, version, surface = null } = exposure;
      const key = JSON.stringify([scenario, version, surface]);
      const group = groups.get(key) ?? { scenario, version, surface, lists: [] };
      const list = {
        user: user ?? ` ${request}`,
        items,
        clicks: new Set<number>(),
        purchases: new Map<number, number>(),
      };
      group.lists.push(list);
      groups.set(key, group);
      byRequest.set(request, list);
      lists++;
    }
    await pause();
  }

  if (firstArrival !== undefined) {
    const types = [...DEFAULT_CLICKS, ...DEFAULT_CONVERSIONS];
    for await (const batch of store.events({ types, after: Math.max(-1, firstArrival - START_MARGIN) })) {
      const ours = batch.filter(({ request }) => request !== undefined && byRequest.has(request));
      const priceOf = await pricesOf(store, ours);
      for (const { request, item, type } of ours) {
        const list = byRequest.get(request as string) as ListOutcomes;
        const position = list.items.indexOf(item);
        if (position < 0) continue;
        if (DEFAULT_CLICKS.includes(type)) list.clicks.add(position);
        else list.purchases.set(position, (list.purchases.get(position) ?? 0) + (priceOf(item) ?? 0));
      }
      await pause();
    }
  }

  const rows: OutcomeRow[] = [];
  for (const group of groups.values()) {
    const longest = group.lists.reduce((most, { items }) => Math.max(most, items.length), 0);
    rows.push(rowOf(group, null));
    for (let position = 0; position < Math.min(longest, MAX_POSITIONS); position++) {
      rows.push(rowOf(group, position));
      await pause();
    }
  }
  return { at: Date.now() / 1000, since, lists, rows };
}

function rowOf({ scenario, version, surface, lists }: Group, position: number | null): OutcomeRow {
  const users = new Map<string, { shown: number; clicks: number; purchases: number; value: number }>();
  for (const { user, items, clicks, purchases } of lists) {
    if (position !== null && items.length <= position) continue;
    const of = users.get(user) ?? { shown: 0, clicks: 0, purchases: 0, value: 0 };
    of.shown++;
    const isClicked = position === null ? clicks.size > 0 : clicks.has(position);
    const isBought = position === null ? purchases.size > 0 : purchases.has(position);
    if (isClicked) of.clicks++;
    if (isBought) of.purchases++;
    if (position !== null) of.value += purchases.get(position) ?? 0;
    else for (const paid of purchases.values()) of.value += paid;
    users.set(user, of);
  }
  const sums = { ctr: emptySums(), cvr: emptySums(), value: emptySums() };
  for (const { shown, clicks, purchases, value } of users.values()) {
    addUser(sums.ctr, clicks, shown);
    addUser(sums.cvr, purchases, shown);
    addUser(sums.value, value, shown);
  }
  return {
    ...{ scenario, version, surface, position },
    users: users.size,
    shown: sums.ctr.denominator,
    ctr: ratioOf(sums.ctr),
    cvr: ratioOf(sums.cvr),
    value: ratioOf(sums.value),
  };
}
