/**
 * Rows of the log as arrays for networks of the bench. All values are known in advance here, so each
 * value of each field has a fixed row of one embedding table.
 */
import { type Arrays, bucketLength, namedArray } from '@lorekeep/graph';
import type { Behaviours } from '@lorekeep/ranking';
import { AGES, ageBucket } from '../age-bucket.ts';
import type { Impressions } from '../real-log.ts';

/** Surfaces and outcome masks that the code of a behaviour can hold (`behaviourKind`). */
const KIND_SURFACES = 64;
const MASKS = 8;
const LENGTHS = 8;

export interface StudyExamples {
  /** Rows of the embedding table that the batch names; the first is −1. */
  rows: Int32Array;
  /**
   * `fields [size, fields]`, `targets [size]`, `history [size, length]`, `contexts [size, length]`,
   * `items [distinct, item fields]`, `kinds [distinct, 2]`: positions among `rows`, `items` and `kinds`;
   * 0 is a missing value.
   */
  batch: Arrays;
}

export interface StudyReader {
  fields: number;
  itemFields: number;
  length: number;
  /** Rows of the embedding table. */
  tableRows: number;
  read(rows: Int32Array, size: number): StudyExamples;
}

export function createStudyReader({ data }: Impressions, behaviours: Behaviours): StudyReader {
  const { log } = data;
  const { length } = behaviours;
  let tableRows = 0;
  const block = (values: number) => {
    const first = tableRows;
    tableRows += values;
    return (code: number) => (code < 0 ? -1 : first + code);
  };
  const entity = (count: number, fields: readonly { codes: Int32Array; values: readonly string[] }[]) => {
    const id = block(count);
    const rest = fields.map(({ codes, values }) => ({ codes, row: block(values.length) }));
    return (own: number) => [id(own), ...rest.map(({ codes, row }) => row(codes[own] ?? -1))];
  };
  const ofItem = entity(log.itemIds.length, data.items);
  const ofUser = entity(log.userIds.length, data.users);
  const surface = block(log.surfaceNames.length);
  const lengthRow = block(LENGTHS);
  const kindRow = block(KIND_SURFACES * MASKS);
  const ageRow = block(AGES);
  const itemFields = 1 + data.items.length;
  const fields = itemFields + 1 + data.users.length + 2;
  const largest = { rows: 1, items: 1, kinds: 1 };
  const grown = (name: keyof typeof largest, needed: number) =>
    (largest[name] = Math.max(largest[name], bucketLength(needed, Number.MAX_SAFE_INTEGER)));
  const slotOf = new Int32Array(tableRows);

  return {
    fields,
    itemFields,
    length,
    tableRows,
    read(rows, size) {
      const named: number[] = [-1];
      const slot = (row: number) => {
        if (row < 0) return 0;
        if (slotOf[row] === 0) slotOf[row] = named.push(row) - 1;
        return slotOf[row];
      };
      const items = distinct((item) => ofItem(item).map(slot));
      const kinds = distinct((code) => [slot(kindRow(Math.floor(code / AGES))), slot(ageRow(code % AGES))]);
      const own = new Int32Array(size * fields);
      const targets = new Int32Array(size);
      const history = new Int32Array(size * length);
      const contexts = new Int32Array(size * length);
      const read = {
        items: new Int32Array(length),
        kinds: new Int32Array(length),
        timestamps: new Float64Array(length),
      };
      for (const [i, row] of rows.entries()) {
        const count = behaviours.read(log.users[row], read, 0);
        for (let k = 0; k < count; k++) {
          const age = ageBucket(log.timestamps[row] - read.timestamps[k]);
          history[i * length + k] = items.at(read.items[k]);
          contexts[i * length + k] = kinds.at(read.kinds[k] * AGES + age);
        }
        const lengthBucket = Math.ceil(Math.log2(1 + count));
        targets[i] = items.at(log.items[row]);
        const values = [
          ...ofUser(log.users[row]),
          surface(log.surfaces[row]),
          lengthRow(lengthBucket),
          ...ofItem(log.items[row]),
        ];
        own.set(values.map(slot), i * fields);
      }
      for (const row of named) if (row >= 0) slotOf[row] = 0;
      const tableNames = new Int32Array(grown('rows', named.length)).fill(-1);
      tableNames.set(named);
      const table = (name: 'items' | 'kinds', rows: number[][], width: number) => {
        const count = grown(name, rows.length);
        const into = new Int32Array(count * width);
        for (const [at, values] of rows.entries()) into.set(values, at * width);
        return namedArray([count, width], into, 'int32');
      };
      return {
        rows: tableNames,
        batch: {
          fields: namedArray([size, fields], own, 'int32'),
          targets: namedArray([size], targets, 'int32'),
          history: namedArray([size, length], history, 'int32'),
          contexts: namedArray([size, length], contexts, 'int32'),
          items: table('items', items.values(itemFields), itemFields),
          kinds: table('kinds', kinds.values(2), 2),
        },
      };
    },
  };
}

/** Distinct codes of a batch, numbered from 1; 0 is none. */
function distinct(rowsOf: (code: number) => number[]) {
  const known = new Map<number, number>();
  const values: number[][] = [];
  return {
    at(code: number): number {
      let found = known.get(code);
      if (found === undefined) {
        found = values.push(rowsOf(code));
        known.set(code, found);
      }
      return found;
    },
    values: (width: number): number[][] => [new Array(width).fill(0), ...values],
  };
}
