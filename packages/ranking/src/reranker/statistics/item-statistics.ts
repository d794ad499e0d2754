/**
 * What the re-ranker knows of the catalogue: sparse tables and a few numbers per item. All of them
 * are counted, or solved from the training events and the text; none is learned. No table is
 * items × items, so memory grows with the number of events and of neighbours.
 */
import { type SparseRows, transposedRows } from '@lorekeep/core';
import { type Split, trainItems } from '@lorekeep/evaluation';
import { RECENT } from '@lorekeep/linear';
import { temporalOrder } from './temporal-order.ts';

/**
 * Variants of EASE beside the one that gives the candidates: from events alone (`events`), with
 * less regularisation, so that a few events count for more (`loose`), and with more weight on the
 * text (`textual`). The less they agree, the less certain a score is.
 */
export const VARIANTS = ['events', 'loose', 'textual'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface ItemStatistics {
  items: number;
  /** Weight of an event relative to the one after it, in every sum over a history. */
  decay: number;
  /** The item–item weights that give the candidates. */
  weights: SparseRows;
  /** Item–item weights of the variants; without text there is only `loose`. */
  variants: Partial<Record<Variant, SparseRows>>;
  /**
   * `[items]` diagonal of P times λ, in (0, 1]: near 1 if events and text tell little about an
   * item.
   */
  uncertainty: Float32Array;
  /**
   * Directed counts of item pairs: row item, then an item among the next `REACH` events. The next
   * event counts 1, each further one `REACH_DECAY` times as much.
   */
  transitions: SparseRows;
  /** The same counts, with the later item as row. */
  transitionsInto: SparseRows;
  /** `[items]` users who chose the item. */
  users: Float32Array;
  /** `[items]` users whose newest training event it is. */
  newest: Float32Array;
  /** `[items]` see temporal-order.ts */
  temporalOrder: Float32Array;
  /**
   * `[items × contentDim]` centred rows of length 1, zeros for an item without text; `undefined`
   * without content.
   */
  content: Float32Array | undefined;
  /** Share of the events, after a user's first, whose item is among the `RECENT` events before. */
  repeats: number;
}

/** Number of following events that a transition is counted to. */
export const REACH = 3;
export const REACH_DECAY = 0.7;

type CountedStatistics = Pick<
  ItemStatistics,
  'transitions' | 'transitionsInto' | 'users' | 'newest' | 'temporalOrder' | 'repeats'
>;

/**
 * Statistics that are counted from the training events. The others (`decay`, `weights`, `variants`,
 * `uncertainty`) come from the linear model.
 */
export function countStatistics(split: Split): CountedStatistics {
  const items = split.log.itemIds.length;
  const users = new Float32Array(items);
  const newest = new Float32Array(items);
  let followers = 0;
  let repeated = 0;
  for (let user = 0; user < split.trainLengths.length; user++) {
    const events = trainItems(split, user);
    if (events.length === 0) continue;
    for (const item of new Set(events)) users[item]++;
    newest[events[events.length - 1]]++;
    for (let at = 1; at < events.length; at++, followers++)
      if (events.subarray(Math.max(0, at - RECENT), at).includes(events[at])) repeated++;
  }
  const transitions = transitionRows(split);
  return {
    transitions,
    transitionsInto: transposedRows(transitions),
    users,
    newest,
    temporalOrder: temporalOrder(split),
    repeats: followers === 0 ? 0 : repeated / followers,
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
      for (let to = from + 1, weight = 1; to <= from + REACH && to < events.length; to++, weight *= REACH_DECAY) {
        const counted = row.get(events[to]);
        if (counted === undefined) entries++;
        row.set(events[to], (counted ?? 0) + weight);
      }
    }
  }
  return packedRows(rows, entries);
}

function packedRows(rows: readonly (ReadonlyMap<number, number> | undefined)[], entries: number): SparseRows {
  const items = rows.length;
  const offsets = new Uint32Array(items + 1);
  const ids = new Int32Array(entries);
  const values = new Float32Array(entries);
  let end = 0;
  for (let item = 0; item < items; item++) {
    for (const [id, value] of rows[item] ?? []) {
      ids[end] = id;
      values[end++] = value;
    }
    offsets[item + 1] = end;
  }
  return { items, offsets, ids, values };
}
