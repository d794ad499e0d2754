/**
 * Rows of an impression log as the arrays that a network reads: rows of the embedding table, in few
 * distinct shapes. A batch names each item of its sequences once; the vector of an item is computed
 * once per batch and gathered from there.
 *
 * In training, ids can be dropped: in each batch, each user and each item, as a candidate and in the
 * sequences, is an unknown one with a certain probability. The row of the unknown id thus learns what
 * is true of entities of which only the fields are known. Without that, a new item scores by a row
 * that was never trained, and outranks most known ones on a log where few impressions have the
 * outcome.
 */
import type { Random } from '@lorekeep/core';
import type { ImpressionColumns } from '@lorekeep/store';
import { createBatchNumbers } from './batch-numbers.ts';
import { outcomesOfKind, surfaceOfKind } from './behaviour-kinds.ts';
import type { Behaviours } from './behaviours.ts';
import { createEntityRows } from './entity-rows.ts';
import { bucketOf } from './fields.ts';
import type { RankingEntities } from './ranking-data.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the columns refer to, and where the sequences and the rows of the table come from. */
export interface ExampleReaderOptions extends RankingEntities {
  behaviours: Behaviours;
  vocabulary: Vocabulary;
  /** Whether an impression with a position was read before. Default: false. */
  hasPositions?: boolean;
  /** Probability with which an id is dropped in a batch of training, and what draws. Default: none is. */
  idDropout?: { probability: number; random: Random };
}

/** Examples of a batch. Rows of tables are rows of the vocabulary; −1 where there is none. */
export interface Examples {
  count: number;
  /** `[count, fields]` */
  fields: Int32Array;
  /** `[count]` place in the list shown, from 1; 0 if unknown. */
  positions: Int32Array;
  /** `[count]` index in `items`. */
  targets: Int32Array;
  /** `[count, length]` index in `items`, newest first; −1 after the end. */
  history: Int32Array;
  /** `[count, length]` index in `contexts`; 0 after the end. */
  historyContexts: Int32Array;
  /** `[distinct items, item fields]` */
  items: Int32Array;
  /** `[distinct items]` item rows of the log. */
  itemNumbers: Int32Array;
  /** `[distinct contexts, 3]`: what was done, where, how long ago. */
  contexts: Int32Array;
}

export interface ExampleReader {
  /** Names of the columns of `Examples.fields`: of the user, then of the item, then of the context. */
  readonly fieldNames: { user: readonly string[]; item: readonly string[]; context: readonly string[] };
  /** Whether an impression with a position was read with `create`. */
  readonly hasPositions: boolean;
  /**
   * @param rows which rows of `columns`
   * @param create whether new values get rows of the vocabulary: in training
   */
  read(columns: ImpressionColumns, rows: ArrayLike<number>, create: boolean): Examples;
}

const HOUR = 3600;
const AGES = 16;

/** 0 for less than an hour, then one bucket per doubling: ⌊log₂(1 + hours)⌋. */
const ageBucket = (seconds: number) => (seconds > 0 ? Math.min(AGES - 1, 31 - Math.clz32(1 + seconds / HOUR)) : 0);

export function createExampleReader({
  names,
  items,
  users,
  behaviours,
  vocabulary,
  hasPositions = false,
  idDropout,
}: ExampleReaderOptions): ExampleReader {
  const { length } = behaviours;
  const fieldNames = {
    user: ['user', ...users.map(({ name }) => `user ${name}`)],
    item: ['item', ...items.map(({ name }) => `item ${name}`)],
    context: ['surface', 'history length'],
  };
  const itemRows = createEntityRows('item', items, (item) => names.itemIds[item], vocabulary);
  const userRows = createEntityRows('user', users, (user) => names.userIds[user], vocabulary);
  const width = userRows.width + itemRows.width + fieldNames.context.length;
  const lookUp = (field: string, value: string, create: boolean) =>
    create ? vocabulary.row(field, value) : vocabulary.find(field, value);
  const surfaceOf = (surface: number) => (surface < 0 ? 'none' : names.surfaceNames[surface]);
  const lengthBuckets = Array.from({ length: length + 1 }, (_, size) => bucketOf(size));
  // Arrays that live from batch to batch.
  const distinctItems = createBatchNumbers();
  const distinctContexts = createBatchNumbers();
  /** Kinds are few but large numbers, so they are numbered once and for all. */
  const kindNumbers = new Map<number, number>();
  const kindOf: number[] = [];
  const sequence = {
    items: new Int32Array(length),
    kinds: new Int32Array(length),
    timestamps: new Float64Array(length),
  };

  function kindNumber(kind: number): number {
    let number = kindNumbers.get(kind);
    if (number === undefined) {
      kindNumbers.set(kind, (number = kindOf.length));
      kindOf.push(kind);
    }
    return number;
  }

  /** Draws once for each entity of a batch whether its id is dropped. */
  function createDraws(create: boolean): (entity: number) => boolean {
    if (!create || idDropout === undefined || idDropout.probability === 0) return () => false;
    const { probability, random } = idDropout;
    const drawn = new Map<number, boolean>();
    return (entity) => {
      let dropped = drawn.get(entity);
      if (dropped === undefined) drawn.set(entity, (dropped = random.next() < probability));
      return dropped;
    };
  }

  /** Writes the sequence of a user from index `at` on; returns its length. */
  function readHistory(user: number, now: number, { history, historyContexts }: Examples, at: number): number {
    const size = behaviours.read(user, sequence, 0);
    const { kinds, items, timestamps } = sequence;
    let lastKind = -1;
    let lastNumber = 0;
    for (let k = 0; k < size; k++) {
      history[at + k] = distinctItems.numberOf(items[k]);
      const kind = kinds[k];
      if (kind !== lastKind) {
        lastKind = kind;
        lastNumber = kindNumber(kind);
      }
      const age = ageBucket(now - timestamps[k]);
      historyContexts[at + k] = distinctContexts.numberOf(lastNumber * AGES + age);
    }
    return size;
  }

  return {
    fieldNames,
    get hasPositions() {
      return hasPositions;
    },
    read(columns, rows, create) {
      const count = rows.length;
      const isUserDropped = createDraws(create);
      const isItemDropped = createDraws(create);
      distinctItems.clear();
      distinctContexts.clear();
      const examples: Examples = {
        count,
        fields: new Int32Array(count * width).fill(-1),
        positions: new Int32Array(count),
        targets: new Int32Array(count),
        history: new Int32Array(count * length).fill(-1),
        historyContexts: new Int32Array(count * length),
        items: new Int32Array(0),
        itemNumbers: new Int32Array(0),
        contexts: new Int32Array(0),
      };
      const { fields, positions, targets } = examples;
      for (let i = 0; i < count; i++) {
        const row = rows[i];
        const user = columns.users[row];
        const item = columns.items[row];
        const at = i * width;
        // A ranker does not know the place before it has ranked, so all rows are scored as in the first.
        if (create && columns.positions[row] >= 0) hasPositions = true;
        positions[i] = create ? columns.positions[row] + 1 : Number(hasPositions);
        targets[i] = distinctItems.numberOf(item);
        userRows.write(user, { create, dropped: isUserDropped(user) }, fields, at);
        itemRows.write(item, { create, dropped: isItemDropped(item) }, fields, at + userRows.width);
        const size = readHistory(user, columns.timestamps[row], examples, i * length);
        const rest = at + userRows.width + itemRows.width;
        fields[rest] = lookUp('surface', surfaceOf(columns.surfaces[row]), create);
        fields[rest + 1] = lookUp('history length', lengthBuckets[size], create);
      }
      examples.items = new Int32Array(Math.max(1, distinctItems.size) * itemRows.width).fill(-1);
      examples.itemNumbers = Int32Array.from({ length: distinctItems.size }, (_, at) => distinctItems.key(at));
      for (const [at, item] of examples.itemNumbers.entries())
        itemRows.write(item, { create, dropped: isItemDropped(item) }, examples.items, at * itemRows.width);
      const contexts = new Int32Array(Math.max(1, distinctContexts.size) * 3).fill(-1);
      for (let at = 0; at < distinctContexts.size; at++) {
        const context = distinctContexts.key(at);
        const kind = kindOf[Math.floor(context / AGES)];
        contexts[3 * at] = lookUp('behaviour', outcomesOfKind(kind, names), create);
        contexts[3 * at + 1] = lookUp('behaviour surface', surfaceOf(surfaceOfKind(kind)), create);
        contexts[3 * at + 2] = lookUp('behaviour age', String(context % AGES), create);
      }
      examples.contexts = contexts;
      return examples;
    },
  };
}
