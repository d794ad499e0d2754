/** K̂ of pairs from the entries of users, items, and users with categories. */
import type { FoundBlobs } from '../contract/tables.ts';
import { KINDS, type Kind, type KnowledgeLayout } from '../schema/layout.ts';
import type { BlobCodec } from './blob.ts';

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
  const { width, interactions } = layout;
  const values = new Float32Array(pairs * width);
  const present = new Uint8Array(pairs * KINDS.length);
  const rows = KINDS.map((kind) => new Float32Array(layout.widths[kind]));
  KINDS.forEach((kind, column) => {
    const { bytes, offsets } = found[kind];
    for (let pair = 0; pair < pairs; pair++) {
      const blob = bytes[pair];
      if (blob === undefined) continue;
      if (!codecs[kind].matches(blob, offsets[pair])) foreign(kind, pair);
      present[pair * KINDS.length + column] = 1;
    }
  });
  // Where neighbouring pairs have the same user, the entry is decoded once.
  const last: { bytes: Uint8Array | undefined; offset: number }[] = KINDS.map(() => ({ bytes: undefined, offset: -1 }));
  for (let pair = 0; pair < pairs; pair++) {
    const start = pair * width;
    for (let column = 0; column < KINDS.length; column++) {
      const kind = KINDS[column];
      const row = rows[column];
      const blob = found[kind].bytes[pair];
      if (blob === undefined) {
        if (last[column].bytes !== undefined) row.fill(0);
        last[column].bytes = undefined;
        continue;
      }
      const offset = found[kind].offsets[pair];
      if (blob !== last[column].bytes || offset !== last[column].offset) {
        codecs[kind].decode(blob, offset, row);
        last[column] = { bytes: blob, offset };
      }
      for (const block of layout.blocks[kind]) {
        if (block.target < 0) continue;
        const to = start + block.target;
        for (let j = 0; j < block.dim; j++) values[to + j] = row[block.offset + j];
      }
    }
    if (present[pair * KINDS.length] === 0 || present[pair * KINDS.length + 1] === 0) continue;
    const [user, item] = rows;
    for (const { kind, user: left, item: right, target } of interactions) {
      if (kind === 'product') {
        for (let j = 0; j < left.dim; j++) values[start + target + j] = user[left.offset + j] * item[right.offset + j];
      } else {
        let sum = 0;
        for (let j = 0; j < left.dim; j++) sum += user[left.offset + j] * item[right.offset + j];
        values[start + target] = sum;
      }
    }
  }
  return { values, present };
}
