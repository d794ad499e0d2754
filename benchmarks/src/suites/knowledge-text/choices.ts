/**
 * Histories without impressions as rows for a ranker: each event of a user is a row with the outcome
 * `click`, beside drawn items that the user never had, which are rows without it. Drawn items follow
 * the popularity of items, so popularity alone says nothing. The last event of each user is the test.
 *
 * These sets have no real times. Rows are in the order of the users' histories: first the second
 * events of all users, then the third ones. So an item's popularity may be learned from events that
 * were later in truth, in every method alike.
 */
import { createRandom } from '@lorekeep/core';
import type { RankingEntities } from '@lorekeep/ranking';
import type { ImpressionColumns, InteractionLog } from '@lorekeep/store';

/** Drawn items per event. */
const TRAIN_DRAWS = 4;
const TEST_DRAWS = 50;
/** Events of a user that are rows: the newest. */
const NEWEST = 20;

export interface Choices {
  columns: ImpressionColumns;
  entities: RankingEntities;
  /** Rows of the k-th events of all users, with the drawn items. */
  parts: Int32Array[];
  /** Of each part, the rows of events: these become behaviours. */
  events: Int32Array[];
  test: Int32Array;
  /** The first event of each user, which is a behaviour from the start. */
  first: Int32Array;
  /** `[items]` training events. */
  counts: Int32Array;
}

export function choicesOf(log: InteractionLog, seed = 42): Choices {
  const random = createRandom(seed);
  const { offsets, items, userIds, itemIds } = log;
  const counts = new Int32Array(itemIds.length);
  for (let user = 0; user < userIds.length; user++)
    for (let at = offsets[user]; at < offsets[user + 1] - 1; at++) counts[items[at]]++;
  const rows: { user: number; item: number; step: number; clicked: boolean }[] = [];
  const partOf: number[] = [];
  const add = (user: number, at: number, step: number, draws: number, part: number) => {
    const own = new Set(items.subarray(offsets[user], offsets[user + 1]));
    rows.push({ user, item: items[at], step, clicked: true });
    partOf.push(part);
    for (let draw = 0; draw < draws; ) {
      const item = items[random.int(items.length)];
      draw++;
      if (own.has(item)) continue;
      rows.push({ user, item, step, clicked: false });
      partOf.push(part);
    }
  };
  const FIRST = 0;
  const TEST = NEWEST + 1;
  for (let user = 0; user < userIds.length; user++) {
    const [begin, end] = [Math.max(offsets[user], offsets[user + 1] - NEWEST), offsets[user + 1]];
    for (let at = begin; at < end; at++) {
      const step = at - begin;
      if (step === 0) add(user, at, step, 0, FIRST);
      else if (at === end - 1) add(user, at, step, TEST_DRAWS, TEST);
      else add(user, at, step, TRAIN_DRAWS, step);
    }
  }
  const inPart = (part: number, clickedOnly = false) =>
    Int32Array.from(rows.keys()).filter((row) => partOf[row] === part && (!clickedOnly || rows[row].clicked));
  const steps = Array.from({ length: NEWEST - 1 }, (_, step) => step + 1);
  const count = rows.length;
  const names = { userIds, itemIds, surfaceNames: ['list'], outcomeNames: ['click'] };
  return {
    columns: {
      users: Int32Array.from(rows, ({ user }) => user),
      items: Int32Array.from(rows, ({ item }) => item),
      timestamps: Float64Array.from(rows, ({ step }) => step),
      surfaces: new Int32Array(count),
      positions: new Int32Array(count).fill(-1),
      requests: new Float64Array(count),
      outcomes: Uint32Array.from(rows, ({ clicked }) => Number(clicked)),
    },
    entities: { names, items: [], users: [] },
    parts: steps.map((step) => inPart(step)).filter((part) => part.length > 0),
    events: steps.map((step) => inPart(step, true)).filter((part) => part.length > 0),
    test: inPart(TEST),
    first: inPart(FIRST),
    counts,
  };
}
