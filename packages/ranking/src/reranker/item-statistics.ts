/**
 * What the second stage knows of the catalogue: sparse tables and a few numbers an item, all of them counted or solved
 * from the training events (and the text), none of them learned. Nothing is items × items, so a shop can hold it.
 */
import { type SparseRows, transposedRows } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import { RECENT } from '@lorekeep/linear';
import { temporalOrder } from './temporal-order.ts';

/**
 * The closed form solved once more, in other ways than the one that proposes: from events alone; held back less, so that few events
 * count for more; and with more weight on the text. What they disagree about says how sure a score is.
 */
export const VARIANTS = ['events', 'loose', 'textual'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface ItemStatistics {
  items: number;
  /** Weight of an event relative to the one after it, in both sums over a history. */
  decay: number;
  /** The item–item weights that propose the candidates: of events and text. */
  weights: SparseRows;
  /** Other solutions; without text there is only `loose`. */
  variants: Partial<Record<Variant, SparseRows>>;
  /** `[items]` diagonal of P times λ, in (0, 1]: how little the events and the text say of an item. */
  uncertainty: Float32Array;
  /** Who came after whom: directed counts over the next `REACH` events, each step back worth `REACH_DECAY`. */
  transitions: SparseRows;
  /** The same, by the later item. */
  transitionsInto: SparseRows;
  /** `[items]` users who chose the item. */
  users: Float32Array;
  /** `[items]` users whose newest training event it is. */
  newest: Float32Array;
  /** `[items]` temporal-order.ts */
  temporalOrder: Float32Array;
  /** `[items × contentDim]` centred rows of length 1, zeros for an item without text; `undefined` without content. */
  content: Float32Array | undefined;
  /** Share of the events after a user's first that are of an item among the `RECENT` before them. */
  repeats: number;
}

export const REACH = 3;
export const REACH_DECAY = 0.7;

/** What is counted; what is solved (`decay`, `weights`, `variants`, `uncertainty`) comes from the closed form. */
export function countStatistics(
  split: Split,
): Pick<ItemStatistics, 'transitions' | 'transitionsInto' | 'users' | 'newest' | 'temporalOrder' | 'repeats'> {
  const items = split.log.itemIds.length;
  const users = new Float32Array(items);
  const newest = new Float32Array(items);
  let followers = 0;
  let again = 0;
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    if (events.length === 0) continue;
    for (const item of new Set(events)) users[item]++;
    newest[events[events.length - 1]]++;
    for (let at = 1; at < events.length; at++, followers++)
      if (events.subarray(Math.max(0, at - RECENT), at).includes(events[at])) again++;
  }
  const transitions = transitionRows(split);
  const repeats = followers === 0 ? 0 : again / followers;
  return {
    transitions,
    transitionsInto: transposedRows(transitions),
    users,
    newest,
    temporalOrder: temporalOrder(split),
    repeats,
  };
}

function transitionRows(split: Split): SparseRows {
  const items = split.log.itemIds.length;
  const rows: (Map<number, number> | undefined)[] = new Array(items);
  let entries = 0;
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    for (let from = 0; from < events.length; from++) {
      let row = rows[events[from]];
      if (row === undefined) rows[events[from]] = row = new Map();
      for (let to = from + 1, worth = 1; to <= from + REACH && to < events.length; to++, worth *= REACH_DECAY) {
        const sofar = row.get(events[to]);
        if (sofar === undefined) entries++;
        row.set(events[to], (sofar ?? 0) + worth);
      }
    }
  }
  const result = {
    items,
    offsets: new Uint32Array(items + 1),
    ids: new Int32Array(entries),
    values: new Float32Array(entries),
  };
  let end = 0;
  for (let item = 0; item < items; item++) {
    for (const [id, value] of rows[item] ?? []) {
      result.ids[end] = id;
      result.values[end++] = value;
    }
    result.offsets[item + 1] = end;
  }
  return result;
}
