/**
 * Rows of an impression log as the arrays that a network reads: rows of the embedding table, in few
 * distinct shapes. A batch names each item of its sequences once; the vector of an item is computed
 * once per batch and gathered from there.
 */
import type { ImpressionColumns } from '@lorekeep/store';
import type { Behaviours } from './behaviours.ts';
import { bucketOf, type Field } from './fields.ts';
import type { RankingEntities } from './ranking-data.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What the columns refer to, and where the sequences and the rows of the table come from. */
export interface ExampleReaderOptions extends RankingEntities {
  behaviours: Behaviours;
  vocabulary: Vocabulary;
  /** Whether an impression with a position was read before. Default: false. */
  hasPositions?: boolean;
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

/** 0 for less than an hour, then one bucket per doubling. */
const ageBucket = (seconds: number) =>
  Math.min(AGES - 1, Math.max(0, Math.floor(Math.log2(1 + Math.max(0, seconds) / HOUR))));

export function createExampleReader({
  names,
  items,
  users,
  behaviours,
  vocabulary,
  hasPositions = false,
}: ExampleReaderOptions): ExampleReader {
  const { length } = behaviours;
  const itemWidth = 1 + items.length;
  const userWidth = 1 + users.length;
  const fieldNames = {
    user: ['user', ...users.map(({ name }) => `user ${name}`)],
    item: ['item', ...items.map(({ name }) => `item ${name}`)],
    context: ['surface', 'history length'],
  };
  const itemRows = entityRows('item', items, (item) => names.itemIds[item], vocabulary);
  const userRows = entityRows('user', users, (user) => names.userIds[user], vocabulary);
  const lookUp = (field: string, value: string, create: boolean) =>
    create ? vocabulary.row(field, value) : vocabulary.find(field, value);
  const surfaceOf = (surface: number) => (surface < 0 ? 'none' : names.surfaceNames[surface]);

  return {
    fieldNames,
    get hasPositions() {
      return hasPositions;
    },
    read(columns, rows, create) {
      const count = rows.length;
      const width = userWidth + itemWidth + fieldNames.context.length;
      const examples = {
        count,
        fields: new Int32Array(count * width).fill(-1),
        positions: new Int32Array(count),
        targets: new Int32Array(count),
        history: new Int32Array(count * length).fill(-1),
        historyContexts: new Int32Array(count * length),
      };
      const kinds = new Int32Array(count * length);
      const timestamps = new Float64Array(count * length);
      const itemAt = new Map<number, number>();
      const contextAt = new Map<number, number>();
      const position = (map: Map<number, number>, key: number) => {
        let at = map.get(key);
        if (at === undefined) map.set(key, (at = map.size));
        return at;
      };
      for (let i = 0; i < count; i++) {
        const row = rows[i];
        const [user, item] = [columns.users[row], columns.items[row]];
        const at = i * width;
        // A ranker does not know the place before it has ranked, so all rows are scored as in the first.
        if (create && columns.positions[row] >= 0) hasPositions = true;
        examples.positions[i] = create ? columns.positions[row] + 1 : Number(hasPositions);
        examples.targets[i] = position(itemAt, item);
        userRows(user, create, examples.fields, at);
        itemRows(item, create, examples.fields, at + userWidth);
        const first = i * length;
        const size = behaviours.read(user, { items: examples.history, kinds, timestamps }, first);
        for (let k = first; k < first + size; k++) {
          examples.history[k] = position(itemAt, examples.history[k]);
          const age = ageBucket(columns.timestamps[row] - timestamps[k]);
          examples.historyContexts[k] = position(contextAt, kinds[k] * AGES + age);
        }
        const rest = at + userWidth + itemWidth;
        examples.fields[rest] = lookUp('surface', surfaceOf(columns.surfaces[row]), create);
        examples.fields[rest + 1] = lookUp('history length', bucketOf(size), create);
      }
      const distinct = new Int32Array(Math.max(1, itemAt.size) * itemWidth).fill(-1);
      for (const [item, at] of itemAt) itemRows(item, create, distinct, at * itemWidth);
      const contexts = new Int32Array(Math.max(1, contextAt.size) * 3).fill(-1);
      for (const [context, at] of contextAt) {
        const kind = Math.floor(context / AGES);
        contexts[3 * at] = lookUp('behaviour', outcomesOf(kind, names), create);
        contexts[3 * at + 1] = lookUp('behaviour surface', surfaceOf(surfaceOfKind(kind)), create);
        contexts[3 * at + 2] = lookUp('behaviour age', String(context % AGES), create);
      }
      return { ...examples, items: distinct, contexts };
    },
  };
}

/** Surfaces that the code of a behaviour can hold. */
const SURFACES = 64;

/** One number for what was done (a bit mask of outcomes, below 2²¹) and where. */
export const behaviourKind = (outcomes: number, surface: number): number =>
  (outcomes & 0x1fffff) * SURFACES + Math.min(surface + 1, SURFACES - 1);

const surfaceOfKind = (kind: number) => (kind % SURFACES) - 1;
const outcomesOf = (kind: number, { outcomeNames }: RankingEntities['names']) => {
  const mask = Math.floor(kind / SURFACES);
  return outcomeNames.filter((_, bit) => (mask >>> bit) & 1).join('+') || 'shown';
};

/** Writes the vocabulary's rows of an entity: of its id, then of its fields. They are looked up once. */
function entityRows(
  name: string,
  fields: readonly Field[],
  idOf: (entity: number) => string,
  vocabulary: Vocabulary,
): (entity: number, create: boolean, into: Int32Array, at: number) => void {
  const width = 1 + fields.length;
  const known = new Map<number, Int32Array>();
  return (entity, create, into, at) => {
    let rows = known.get(entity);
    if (rows === undefined) {
      const look = create ? vocabulary.row : vocabulary.find;
      rows = new Int32Array(width);
      rows[0] = look(name, idOf(entity));
      for (const [k, { name: field, codes, values }] of fields.entries()) {
        const code = codes[entity] ?? -1;
        rows[k + 1] = code < 0 ? -1 : look(`${name} ${field}`, values[code]);
      }
      if (create) known.set(entity, rows);
    }
    into.set(rows, at);
  };
}
