/** Entries as blobs. */
import { errors } from '../../errors.ts';
import type { KnowledgeEntries } from '../contract/data.ts';
import type { BlobRows } from '../contract/tables.ts';
import { MAX_HALF } from '../entries/half.ts';
import type { OpenVersion } from '../store/catalogue.ts';

/**
 * @throws LorekeepError `KNOWLEDGE_ENTRIES_INVALID` if a map has taken a number beyond fp16
 */
export function encodeEntries({ layout, codecs, record }: OpenVersion, entries: KnowledgeEntries): BlobRows {
  const { kind, ids, categories, values } = entries;
  const width = layout.widths[kind];
  const { byteLength, encode } = codecs[kind];
  if (record.precision === 'fp16' && values.some((value) => !(Math.abs(value) <= MAX_HALF)))
    throw errors.KNOWLEDGE_ENTRIES_INVALID({ kind, reason: 'an aligned number is beyond the largest of fp16' });
  const blobs = new Uint8Array(ids.length * byteLength);
  for (let row = 0; row < ids.length; row++) encode(values, row * width, blobs, row * byteLength);
  return { kind, ids, ...(categories === undefined ? {} : { categories }), blobs, byteLength };
}
