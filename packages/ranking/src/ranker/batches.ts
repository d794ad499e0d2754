/**
 * Examples as the arrays of one step: the rows of the embedding table that the batch names, and
 * positions among them. Sizes only grow, to few distinct values, so that few graphs are compiled.
 */
import { type Arrays, bucketLength, namedArray } from '@lorekeep/graph';
import type { Examples } from '../data/example-reader.ts';
import { fieldCount, type NetworkShape, POSITIONS } from '../din/network.ts';

export interface PackedBatch {
  batch: Arrays;
  /** Rows of the embedding table; the first is −1 and stands for a missing value. */
  rows: Int32Array;
  /** Rows of the induction table, in the same way; they are needed of candidates only. */
  inductionRows: Int32Array;
}

/** The rows of a table that a batch names. */
export const rowsFor = (table: string, { rows, inductionRows }: PackedBatch): Int32Array =>
  table === 'induction' ? inductionRows : rows;

export interface BatchPacker {
  /** @param size rows of the batch, at least `examples.count`; further rows have no candidate */
  pack(examples: Examples, size: number): PackedBatch;
}

/** Names of the arrays that all shards of a step read as a whole. */
export const REPLICATED = ['items', 'contexts'] as const;

export function createBatchPacker(shape: NetworkShape): BatchPacker {
  const { length, itemFields } = shape;
  const fields = fieldCount(shape);
  let slotOf = new Int32Array(1024);
  const largest = { rows: 1, items: 1, contexts: 1, inductionRows: 1 };
  const grown = (name: keyof typeof largest, needed: number) =>
    (largest[name] = Math.max(largest[name], bucketLength(needed, Number.MAX_SAFE_INTEGER)));

  return {
    pack({ fields: own, positions, targets, history, historyContexts, items, contexts }, size) {
      const rows: number[] = [-1];
      const slots = (from: Int32Array, length: number, rows: number[]): Int32Array => {
        const into = new Int32Array(length);
        for (let i = 0; i < from.length; i++) {
          const row = from[i];
          if (row < 0) continue;
          if (row >= slotOf.length) slotOf = enlarged(slotOf, row + 1);
          if (slotOf[row] === 0) {
            slotOf[row] = rows.length;
            rows.push(row);
          }
          into[i] = slotOf[row];
        }
        return into;
      };
      const distinctItems = grown('items', items.length / itemFields + 1);
      const itemSlots = new Int32Array(distinctItems * itemFields);
      itemSlots.set(slots(items, items.length, rows), itemFields);
      const distinctContexts = grown('contexts', contexts.length / 3);
      const contextSlots = slots(contexts, distinctContexts * 3, rows);
      const fieldSlots = slots(own, size * fields, rows);
      const forget = (rows: number[]) => {
        for (const row of rows) if (row >= 0) slotOf[row] = 0;
      };
      const named = (name: 'rows' | 'inductionRows', rows: number[]) => {
        const padded = new Int32Array(grown(name, rows.length)).fill(-1);
        padded.set(rows);
        return padded;
      };
      forget(rows);
      const ofCandidates = new Int32Array(targets.length * itemFields);
      const inductionRows: number[] = [-1];
      if (shape.coAction !== undefined)
        for (const [i, target] of targets.entries())
          ofCandidates.set(items.subarray(target * itemFields, (target + 1) * itemFields), i * itemFields);
      const candidates = shape.coAction && {
        candidates: namedArray([size, itemFields], slots(ofCandidates, size * itemFields, inductionRows), 'int32'),
      };
      forget(inductionRows);
      const padded = (from: Int32Array, length: number, shift: number) => {
        const into = new Int32Array(length);
        for (let i = 0; i < from.length; i++) into[i] = from[i] + shift;
        return into;
      };
      return {
        rows: named('rows', rows),
        inductionRows: named('inductionRows', inductionRows),
        batch: {
          ...candidates,
          fields: namedArray([size, fields], fieldSlots, 'int32'),
          positions: namedArray(
            [size],
            padded(positions, size, 0).map((at) => Math.min(at, POSITIONS - 1)),
            'int32',
          ),
          targets: namedArray([size], padded(targets, size, 1), 'int32'),
          history: namedArray([size, length], padded(history, size * length, 1), 'int32'),
          historyContexts: namedArray([size, length], padded(historyContexts, size * length, 0), 'int32'),
          items: namedArray([distinctItems, itemFields], itemSlots, 'int32'),
          contexts: namedArray([distinctContexts, 3], contextSlots, 'int32'),
        },
      };

      function enlarged(from: Int32Array, needed: number): Int32Array<ArrayBuffer> {
        const into = new Int32Array(Math.max(needed, 2 * from.length));
        into.set(from);
        return into;
      }
    },
  };
}
