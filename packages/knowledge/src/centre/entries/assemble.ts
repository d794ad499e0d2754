/** K̂ of pairs from the entries of users, items, and users with categories. */
import type { FoundBlobs } from '../contract/tables.ts';
import { KINDS, type Kind, type KnowledgeLayout, type PlacedInteraction } from '../schema/layout.ts';
import { type BlobCodec, createNumbers, type Numbers } from './blob.ts';

export interface Assembled {
  values: Float32Array;
  present: Uint8Array;
}

/** Bytes of a line of the processor's cache. */
const LINE_BYTES = 64;
/** Pairs whose entries are fetched together. Those of many more would push each other out of the cache. */
const PAIRS_AHEAD = 64;

/**
 * The entries of some pairs are fetched first. These loads do not wait for each other; in the loops
 * that decode, each would be waited for.
 *
 * @param foreign called for a blob that is not of this schema; it throws
 * @param into memory for the values, at least `[pairs, width]`
 */
export function assemble(
  layout: KnowledgeLayout,
  codecs: Readonly<Record<Kind, BlobCodec>>,
  found: Readonly<Record<Kind, FoundBlobs>>,
  pairs: number,
  foreign: (kind: Kind, pair: number) => never,
  into?: Float32Array,
): Assembled {
  const { width, interactions } = layout;
  const out = createNumbers(pairs * width, into?.subarray(0, pairs * width).fill(0));
  const present = new Uint8Array(pairs * KINDS.length);
  const factors = interactions.map(({ user }) => ({ user: createNumbers(user.dim), item: createNumbers(user.dim) }));
  for (let from = 0; from < pairs; from += PAIRS_AHEAD) {
    const to = Math.min(pairs, from + PAIRS_AHEAD);
    for (const kind of KINDS) readAhead(found[kind], codecs[kind].byteLength, from, to);
    KINDS.forEach((kind, column) => {
      const { bytes, offsets } = found[kind];
      const codec = codecs[kind];
      const parts = layout.blocks[kind].filter(({ target }) => target >= 0);
      for (let pair = from; pair < to; pair++) {
        const blob = bytes[pair];
        if (blob === undefined) continue;
        const at = offsets[pair];
        if (!codec.matches(blob, at)) foreign(kind, pair);
        present[pair * KINDS.length + column] = 1;
        for (const block of parts) codec.decode(blob, at, block, out, pair * width + block.target);
      }
    });
    for (let k = 0; k < interactions.length; k++)
      for (let pair = from; pair < to; pair++)
        interact(interactions[k], codecs, found, pair, factors[k], out.floats, pair * width);
  }
  return { values: out.floats, present };
}

function interact(
  { kind, user, item, dim, target }: PlacedInteraction,
  codecs: Readonly<Record<Kind, BlobCodec>>,
  found: Readonly<Record<Kind, FoundBlobs>>,
  pair: number,
  factors: Record<'user' | 'item', Numbers>,
  values: Float32Array,
  start: number,
): void {
  const userBlob = found.user.bytes[pair];
  const itemBlob = found.item.bytes[pair];
  if (userBlob === undefined || itemBlob === undefined) return;
  const left = factors.user.floats;
  const right = factors.item.floats;
  codecs.user.decode(userBlob, found.user.offsets[pair], user, factors.user, 0);
  codecs.item.decode(itemBlob, found.item.offsets[pair], item, factors.item, 0);
  const to = start + target;
  if (kind === 'product') for (let j = 0; j < dim; j++) values[to + j] = left[j] * right[j];
  else {
    let sum = 0;
    for (let j = 0; j < user.dim; j++) sum += left[j] * right[j];
    values[to] = sum;
  }
}

/** Touches the entries of some pairs one after the other. */
function readAhead({ bytes, offsets }: FoundBlobs, byteLength: number, from: number, to: number): number {
  let sum = 0;
  for (let pair = from; pair < to; pair++) {
    const blob = bytes[pair];
    if (blob === undefined) continue;
    const first = offsets[pair];
    const end = Math.min(blob.length, first + byteLength);
    for (let at = first; at < end; at += LINE_BYTES) sum += blob[at];
  }
  return sum;
}
