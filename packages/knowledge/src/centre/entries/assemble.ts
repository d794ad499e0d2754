/** K̂ of pairs from the entries of users, items, and users with categories. */
import type { FoundBlobs } from '../contract/tables.ts';
import { KINDS, type Kind, type KnowledgeLayout, type PlacedInteraction } from '../schema/layout.ts';
import { type BlobCodec, createNumbers } from './blob.ts';

export interface Assembled {
  values: Float32Array;
  present: Uint8Array;
}

/**
 * @param foreign called for a blob that is not of this schema; it throws
 */
export function assemble(
  layout: KnowledgeLayout,
  codecs: Readonly<Record<Kind, BlobCodec>>,
  found: Readonly<Record<Kind, FoundBlobs>>,
  pairs: number,
  foreign: (kind: Kind, pair: number) => never,
): Assembled {
  const { width, blocks } = layout;
  const numbers = createNumbers(pairs * width);
  const values = numbers.floats;
  const present = new Uint8Array(pairs * KINDS.length);
  KINDS.forEach((kind, column) => {
    const { bytes, offsets } = found[kind];
    const codec = codecs[kind];
    const parts = blocks[kind].filter(({ target }) => target >= 0);
    for (let pair = 0; pair < pairs; pair++) {
      const blob = bytes[pair];
      if (blob === undefined) continue;
      const at = offsets[pair];
      if (!codec.matches(blob, at)) foreign(kind, pair);
      present[pair * KINDS.length + column] = 1;
      const start = pair * width;
      if (pair > 0 && blob === bytes[pair - 1] && at === offsets[pair - 1])
        for (const { target, dim } of parts)
          values.copyWithin(start + target, start - width + target, start - width + target + dim);
      else for (const block of parts) codec.decode(blob, at, block, numbers, start + block.target);
    }
  });
  for (const interaction of layout.interactions) interact(interaction, codecs, found, pairs, width, values);
  return { values, present };
}

/** Numbers of an interaction; zeros if one of the two entries is missing. */
function interact(
  { kind, user, item, target }: PlacedInteraction,
  codecs: Readonly<Record<Kind, BlobCodec>>,
  found: Readonly<Record<Kind, FoundBlobs>>,
  pairs: number,
  width: number,
  values: Float32Array,
): void {
  const { dim } = user;
  const [userNumbers, itemNumbers] = [createNumbers(dim), createNumbers(dim)];
  const [left, right] = [userNumbers.floats, itemNumbers.floats];
  let last = -1;
  for (let pair = 0; pair < pairs; pair++) {
    const [userBlob, itemBlob] = [found.user.bytes[pair], found.item.bytes[pair]];
    if (userBlob === undefined || itemBlob === undefined) continue;
    const at = found.user.offsets[pair];
    // Neighbouring pairs often have the same user.
    if (last < 0 || userBlob !== found.user.bytes[last] || at !== found.user.offsets[last])
      codecs.user.decode(userBlob, at, user, userNumbers, 0);
    last = pair;
    codecs.item.decode(itemBlob, found.item.offsets[pair], item, itemNumbers, 0);
    const to = pair * width + target;
    if (kind === 'product') for (let j = 0; j < dim; j++) values[to + j] = left[j] * right[j];
    else {
      let sum = 0;
      for (let j = 0; j < dim; j++) sum += left[j] * right[j];
      values[to] = sum;
    }
  }
}
