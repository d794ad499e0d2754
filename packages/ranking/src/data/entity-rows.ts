/** The vocabulary's rows of users and items: of the id, then of the fields. They are looked up once. */
import type { Field } from './fields.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface EntityRows {
  /** Rows per entity. */
  readonly width: number;
  /**
   * Writes the rows of an entity to index `at` of `into`; −1 where it has no value, or where the
   * vocabulary does not know it.
   * @param create whether new values get rows
   */
  write(entity: number, create: boolean, into: Int32Array, at: number): void;
}

/** @param name `user` or `item`; a field is called `NAME FIELD` */
export function createEntityRows(
  name: string,
  fields: readonly Field[],
  idOf: (entity: number) => string,
  vocabulary: Vocabulary,
): EntityRows {
  const width = 1 + fields.length;
  let isKnown = new Uint8Array(0);
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
    for (let k = 0; k < width; k++) known[entity * width + k] = into[at + k];
    isKnown[entity] = 1;
  }

  return {
    width,
    write(entity, create, into, at) {
      if (isKnown[entity] === 1) {
        const first = entity * width;
        for (let k = 0; k < width; k++) into[at + k] = known[first + k];
        return;
      }
      const look = create ? vocabulary.row : vocabulary.find;
      into[at] = look(name, idOf(entity));
      for (const [k, { name: field, codes, values }] of fields.entries()) {
        const code = codes[entity] ?? -1;
        into[at + k + 1] = code < 0 ? -1 : look(`${name} ${field}`, values[code]);
      }
      if (create) learn(entity, into, at);
    },
  };
}
