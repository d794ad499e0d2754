/**
 * The items of one batch, numbered in the order of their appearance. Only their rows of the content
 * and of the ID table are read and trained, so a step costs the same at any size of the catalogue.
 */
import { type Arrays, namedArray } from '@lorekeep/graph';
import type { BatchSource } from './contract.ts';

const START_TABLE = 'start/id/table';

export interface BatchItems {
  /** Catalogue rows of the items, −1 for an empty entry. */
  rows: Int32Array;
  /** Numbers of catalogue rows within the batch; rows that are new get the next number. */
  numbers(items: Int32Array): Int32Array;
  /** `content` and `start/…` of the items of the batch. */
  feeds(): Arrays;
}

/** @param limit largest number of items in the batch */
export function createBatchItems({ split, content, contentDim, fixed }: BatchSource, limit: number): BatchItems {
  const { [START_TABLE]: startTable, ...otherFixed } = fixed;
  const rows = new Int32Array(Math.min(split.log.itemIds.length, limit)).fill(-1);
  const numberOf = new Map<number, number>();
  const gathered = (table: Float32Array, width: number) => {
    const result = new Float32Array(rows.length * width);
    for (let number = 0; number < numberOf.size; number++)
      result.set(table.subarray(rows[number] * width, (rows[number] + 1) * width), number * width);
    return namedArray([rows.length, width], result);
  };
  return {
    rows,
    numbers: (items) =>
      Int32Array.from(items, (item) => {
        let number = numberOf.get(item);
        if (number === undefined) {
          number = numberOf.size;
          numberOf.set(item, number);
          rows[number] = item;
        }
        return number;
      }),
    feeds: () => ({
      ...otherFixed,
      ...(content === undefined ? {} : { content: gathered(content, contentDim) }),
      ...(startTable === undefined
        ? {}
        : { [START_TABLE]: gathered(startTable.data as Float32Array, startTable.shape[1]) }),
    }),
  };
}
