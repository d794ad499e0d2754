/**
 * The vocabulary's rows of users and items: of the id, then of the fields. They are looked up once.
 *
 * All ids without a row share one row, that of the unknown id. It is trained on ids that were dropped
 * (`example-reader.ts`); in a ranker that drops none, an unknown id has no row.
 */
import type { Field } from './fields.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface WriteOptions {
  /** Whether new values get rows. */
  create: boolean;
  /** Whether the id is read as an unknown one, and gets no row. Hashed ids are never unknown. Default false. */
  dropped?: boolean;
}

export interface EntityRows {
  /** Rows per entity. */
  readonly width: number;
  /**
   * Writes the rows of an entity to index `at` of `into`; −1 where it has no value, or where the
   * vocabulary does not know it.
   */
  write(entity: number, options: WriteOptions, into: Int32Array, at: number): void;
}

/** The vocabulary's field of the unknown ids; its values are `user` and `item`. */
const UNKNOWN = 'unknown id';

/** @param name `user` or `item`; a field is called `NAME FIELD` */
export function createEntityRows(
  name: string,
  fields: readonly Field[],
  idOf: (entity: number) => string,
  vocabulary: Vocabulary,
): EntityRows {
  const width = 1 + fields.length;
  /** Per entity 1 if the rows of its fields are known. */
  let isKnown = new Uint8Array(0);
  /** The rows of known entities; −1 for an id that has no row yet. */
  let known = new Int32Array(0);

  function learn(entity: number, into: Int32Array, at: number): void {
    if (entity >= isKnown.length) {
      const capacity = Math.max(1024, entity + 1, 2 * isKnown.length);
      const [oldFlags, oldRows] = [isKnown, known];
      isKnown = new Uint8Array(capacity);
      known = new Int32Array(capacity * width);
      isKnown.set(oldFlags);
      known.set(oldRows);
    }
    known[entity * width] = -1;
    for (let k = 1; k < width; k++) known[entity * width + k] = into[at + k];
    isKnown[entity] = 1;
  }

  function idRow(entity: number, { create, dropped }: WriteOptions): number {
    if (dropped && !vocabulary.isHashed(name)) return vocabulary.row(UNKNOWN, name);
    const own = isKnown[entity] === 1 ? known[entity * width] : -1;
    if (own >= 0) return own;
    const found = create ? vocabulary.row(name, idOf(entity)) : vocabulary.find(name, idOf(entity));
    if (create) known[entity * width] = found;
    return found < 0 ? vocabulary.find(UNKNOWN, name) : found;
  }

  return {
    width,
    write(entity, options, into, at) {
      if (isKnown[entity] === 1) {
        const first = entity * width;
        for (let k = 1; k < width; k++) into[at + k] = known[first + k];
      } else {
        const look = options.create ? vocabulary.row : vocabulary.find;
        for (const [k, { name: field, codes, values }] of fields.entries()) {
          const code = codes[entity] ?? -1;
          into[at + k + 1] = code < 0 ? -1 : look(`${name} ${field}`, values[code]);
        }
        if (options.create) learn(entity, into, at);
      }
      into[at] = idRow(entity, options);
    },
  };
}
