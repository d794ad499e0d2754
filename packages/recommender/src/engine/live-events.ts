/**
 * Events since the training, as changes of the linear model. What has been learned is decided by the
 * order of arrival alone: each step takes in the events behind the last one, so a restart, which takes
 * all of them at once, comes to the same columns.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UserChange, UserRow } from '@lorekeep/linear';
import type { Choice, Store } from '@lorekeep/store';
import type { BundleManifest } from '../bundle/manifest.ts';
import type { CatalogueRow } from '../composition/recommender.ts';

/**
 * A user with more positive events than this moves no column, and neither does one whom the training
 * would have left out: an event counts with all other items of its user.
 */
const MAX_USER_EVENTS = 2000;
/** Besides the item of an event, the columns of this many of the user's newest items are solved again. */
const TOUCHED_ITEMS = 20;
/** Users whose events are read before other work gets its turn. */
const USERS_PER_TURN = 32;

export interface LiveEvents {
  /** Takes in the events that the store has by now. Calls follow each other. */
  catchUp(): Promise<void>;
  /** Ends the call in progress early. */
  stop(): void;
}

/** The changes of some users, in rows of the catalogue. */
export interface Learned {
  changes: UserChange[];
  /** Items whose columns are to be solved again, those of the events first. */
  touched: CatalogueRow[];
}

interface Options {
  store: Pick<Store, 'usersSince' | 'choices'>;
  manifest: Pick<BundleManifest, 'config' | 'data' | 'leftOut'>;
  rowOf: (id: string) => CatalogueRow | undefined;
  learn: (learned: Learned) => void;
}

/** @returns `undefined` for a bundle that does not say up to which event it was trained */
export function createLiveEvents({ store, manifest, rowOf, learn }: Options): LiveEvents | undefined {
  const { config, data, leftOut } = manifest;
  if (data.lastArrival === undefined) return undefined;
  const { maxPairEvents, maxUserEvents } = config.events;
  const userLimit =
    leftOut?.limit ?? (typeof maxUserEvents === 'number' && maxUserEvents > 0 ? maxUserEvents : Infinity);
  const limit = Math.min(userLimit, MAX_USER_EVENTS);
  let seen = data.lastArrival;
  let last: Promise<void> = Promise.resolve();
  let stopped = false;

  async function takeIn(): Promise<void> {
    const { users, arrival } = await store.usersSince(seen);
    const learned: Learned[] = [];
    for (let first = 0; first < users.length; first += USERS_PER_TURN) {
      if (stopped) return;
      const some = await store.choices(users.slice(first, first + USERS_PER_TURN), limit + 1);
      learned.push(
        ...some.map((own) => (own.length > limit ? NOTHING : learnedOf(own, seen, arrival, maxPairEvents, rowOf))),
      );
      await nextTurn();
    }
    if (stopped) return;
    seen = Math.max(seen, arrival);
    const changes = learned.flatMap((own) => own.changes);
    if (changes.length > 0) learn({ changes, touched: learned.flatMap(({ touched }) => touched) });
  }

  return {
    catchUp() {
      last = last.catch(() => {}).then(() => (stopped ? undefined : takeIn()));
      return last;
    },
    stop() {
      stopped = true;
    },
  };
}

const NOTHING: Learned = { changes: [], touched: [] };

/**
 * @param choices of one user, oldest first
 * @param from events up to here are known
 * @param to later events are left for the next time
 */
function learnedOf(
  choices: readonly Choice[],
  from: number,
  to: number,
  maxPairEvents: number,
  rowOf: Options['rowOf'],
): Learned {
  const present = choices.flatMap(({ item, weight, arrival }) => {
    const row = rowOf(item);
    return row === undefined || arrival > to ? [] : [{ row, weight, arrival }];
  });
  const before = present.filter(({ arrival }) => arrival <= from);
  const [was, is] = [valuesOf(before, maxPairEvents), valuesOf(present, maxPairEvents)];
  const items: CatalogueRow[] = [];
  const others = new Set<CatalogueRow>();
  const newestLast = before.map(({ row }) => row);
  for (const { row } of present.filter(({ arrival }) => arrival > from).sort((a, b) => a.arrival - b.arrival)) {
    if (was.get(row) !== is.get(row)) {
      items.push(row);
      for (const other of newestOf(newestLast)) others.add(other);
    }
    newestLast.push(row);
  }
  if (items.length === 0) return NOTHING;
  return { changes: [{ before: userRow(was), after: userRow(is) }], touched: [...new Set([...items, ...others])] };
}

/** The value in X of each item: the largest weight of the first events that count. */
function valuesOf(events: readonly { row: CatalogueRow; weight: number }[], maxPairEvents: number) {
  const values = new Map<CatalogueRow, number>();
  const counts = new Map<CatalogueRow, number>();
  for (const { row, weight } of events) {
    const count = (counts.get(row) ?? 0) + 1;
    counts.set(row, count);
    if (maxPairEvents === 0 || count <= maxPairEvents) values.set(row, Math.max(values.get(row) ?? 0, weight));
  }
  return values;
}

/** The newest distinct rows. */
function newestOf(rows: readonly CatalogueRow[]): Set<CatalogueRow> {
  const newest = new Set<CatalogueRow>();
  for (let at = rows.length - 1; at >= 0 && newest.size < TOUCHED_ITEMS; at--) newest.add(rows[at]);
  return newest;
}

const userRow = (values: ReadonlyMap<number, number>): UserRow => ({
  rows: [...values.keys()],
  values: [...values.values()],
});
