/** K̂ of pairs from the entries of users, items, and users with categories. */
import type { FoundBlobs } from '../contract/tables.ts';
import { KINDS, type Kind, type KnowledgeLayout } from '../schema/layout.ts';
import { type BlobCodec, createNumbers } from './blob.ts';

export interface Assembled {
  values: Float32Array;
  present: Uint8Array;
}

/** Bytes of a line of the processor's cache. */
const LINE_BYTES = 64;

/**
 * Every entry is visited once: a second visit would fetch it from memory again. So the factors of
 * users are kept until the items come.
 *
 * @param foreign called for a blob that is not of this schema; it throws
 */
export function assemble(
  layout: KnowledgeLayout,
  codecs: Readonly<Record<Kind, BlobCodec>>,
  found: Readonly<Record<Kind, FoundBlobs>>,
  pairs: number,
  foreign: (kind: Kind, pair: number) => never,
): Assembled {
  const { width, blocks, interactions } = layout;
  const numbers = createNumbers(pairs * width);
  const values = numbers.floats;
  const present = new Uint8Array(pairs * KINDS.length);
  const userFactors = interactions.map(({ user }) => createNumbers(pairs * user.dim));
  const itemFactors = interactions.map(({ item }) => createNumbers(item.dim));
  KINDS.forEach((kind, column) => {
    const { bytes, offsets } = found[kind];
    const codec = codecs[kind];
    const parts = blocks[kind].filter(({ target }) => target >= 0);
    readAhead(found[kind], pairs, codec.byteLength);
    for (let pair = 0; pair < pairs; pair++) {
      const blob = bytes[pair];
      if (blob === undefined) continue;
      const at = offsets[pair];
      if (!codec.matches(blob, at)) foreign(kind, pair);
      present[pair * KINDS.length + column] = 1;
      const start = pair * width;
      // Neighbouring pairs often have the same user.
      const isRepeated = pair > 0 && blob === bytes[pair - 1] && at === offsets[pair - 1];
      for (const block of parts) {
        const to = start + block.target;
        if (isRepeated) values.copyWithin(to, to - width, to - width + block.dim);
        else codec.decode(blob, at, block, numbers, to);
      }
      for (let k = 0; k < interactions.length && kind !== 'userCategory'; k++) {
        const { user, item, target } = interactions[k];
        if (kind === 'user') {
          const to = pair * user.dim;
          if (isRepeated) userFactors[k].floats.copyWithin(to, to - user.dim, to);
          else codec.decode(blob, at, user, userFactors[k], to);
        } else if (present[pair * KINDS.length] === 1) {
          codec.decode(blob, at, item, itemFactors[k], 0);
          const { kind: form } = interactions[k];
          interact(form, userFactors[k].floats, pair * user.dim, itemFactors[k].floats, values, start + target);
        }
      }
    }
  });
  return { values, present };
}

function interact(
  kind: 'product' | 'dot',
  left: Float32Array,
  from: number,
  right: Float32Array,
  values: Float32Array,
  to: number,
): void {
  if (kind === 'product') for (let j = 0; j < right.length; j++) values[to + j] = left[from + j] * right[j];
  else {
    let sum = 0;
    for (let j = 0; j < right.length; j++) sum += left[from + j] * right[j];
    values[to] = sum;
  }
}

/**
 * Touches the entries of a batch one after the other. These loads do not wait for each other; in the
 * loops that decode, each would be waited for.
 */
function readAhead({ bytes, offsets }: FoundBlobs, pairs: number, byteLength: number): number {
  let sum = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const blob = bytes[pair];
    if (blob === undefined) continue;
    const end = Math.min(blob.length, offsets[pair] + byteLength);
    for (let at = offsets[pair]; at < end; at += LINE_BYTES) sum += blob[at];
  }
  return sum;
}
