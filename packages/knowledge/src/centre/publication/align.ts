/** Fits the alignment of entries in a spool to a version of the store. */
import { errors } from '../../errors.ts';
import { type Fit, fitAlignment } from '../alignment/fit.ts';
import { addShared, createSharedEntries } from '../alignment/shared-entries.ts';
import type { KnowledgeEntries } from '../contract/data.ts';
import type { KnowledgeAlignment } from '../contract/store.ts';
import type { KnowledgeTables } from '../contract/tables.ts';
import { createNumbers } from '../entries/blob.ts';
import { KINDS, type KnowledgeLayout } from '../schema/layout.ts';
import type { OpenVersion } from '../store/catalogue.ts';
import type { Spool } from './spool.ts';

/** Entries of a kind that the fit reads, spread over all. */
const SAMPLE = 50_000;
/** Fewer shared entries leave too few to measure a residual on. */
const MIN_SHARED = 20;
/** The time of a fit grows with the third power of the width. */
const MAX_DIM = 512;

/** @throws LorekeepError `KNOWLEDGE_ALIGNMENT_IMPOSSIBLE` */
export async function alignSpool(
  tables: KnowledgeTables,
  space: string,
  layout: KnowledgeLayout,
  spool: Spool,
  target: OpenVersion,
  ridgeAbove: number,
): Promise<{ alignment: KnowledgeAlignment; blockMaps: Fit['blockMaps'] }> {
  const to = target.record.version;
  const fail: (reason: string) => never = (reason) => {
    throw errors.KNOWLEDGE_ALIGNMENT_IMPOSSIBLE({ space, to, reason });
  };
  if (target.layout.fingerprint !== layout.fingerprint) fail('the schemas differ');
  const wide = Object.values(layout.blocks)
    .flat()
    .find(({ dim }) => dim > MAX_DIM);
  if (wide !== undefined) fail(`the block "${wide.name}" has ${wide.dim} numbers, more than ${MAX_DIM}`);

  const shared = createSharedEntries(layout);
  const seen = { user: 0, item: 0, userCategory: 0 };
  for await (const entries of spool.batches()) {
    const stride = Math.ceil(spool.counts[entries.kind] / SAMPLE);
    const sample = everyNth(entries, stride, seen[entries.kind], layout);
    seen[entries.kind] += entries.ids.length;
    if (sample.ids.length === 0) continue;
    addShared(shared, layout, sample, await formerEntries(tables, space, target, sample));
  }
  for (const kind of KINDS)
    if (spool.counts[kind] > 0 && shared.rows[kind] < MIN_SHARED)
      fail(`the versions share ${shared.rows[kind]} entries of the kind "${kind}", fewer than ${MIN_SHARED}`);

  const { blockMaps, ...fit } = fitAlignment(layout, shared, ridgeAbove);
  const chain = { [to]: fit.residual };
  for (const [version, residual] of Object.entries(target.record.alignment?.chain ?? {}))
    chain[version] = residual + fit.residual;
  return { alignment: { to, ...fit, chain }, blockMaps };
}

/** @param before entries of the kind in earlier batches */
function everyNth(
  { kind, ids, categories, values }: KnowledgeEntries,
  stride: number,
  before: number,
  layout: KnowledgeLayout,
): KnowledgeEntries {
  if (stride <= 1) return { kind, ids, ...(categories && { categories }), values };
  const width = layout.widths[kind];
  const rows: number[] = [];
  for (let row = (stride - (before % stride)) % stride; row < ids.length; row += stride) rows.push(row);
  const sample = new Float32Array(rows.length * width);
  rows.forEach((row, at) => {
    sample.set(values.subarray(row * width, (row + 1) * width), at * width);
  });
  return {
    kind,
    ids: rows.map((row) => ids[row]),
    ...(categories && { categories: rows.map((row) => categories[row]) }),
    values: sample,
  };
}

/** Reads the entries of a version for the ids of others. */
async function formerEntries(
  tables: KnowledgeTables,
  space: string,
  { record, layout, codecs }: OpenVersion,
  { kind, ids, categories }: KnowledgeEntries,
): Promise<(row: number) => Float32Array | undefined> {
  const query = { users: ids, items: ids, categories: categories ?? ids };
  const wanted = { user: kind === 'user', item: kind === 'item', userCategory: kind === 'userCategory' };
  const found = (await tables.find(space, record.version, query, wanted))?.[kind];
  if (found === undefined)
    throw errors.KNOWLEDGE_ALIGNMENT_IMPOSSIBLE({
      space,
      to: record.version,
      reason: 'it was removed meanwhile',
    });
  return (row) => {
    const bytes = found.bytes[row];
    if (bytes === undefined || !codecs[kind].matches(bytes, found.offsets[row])) return undefined;
    const numbers = createNumbers(layout.widths[kind]);
    for (const block of layout.blocks[kind])
      codecs[kind].decode(bytes, found.offsets[row], block, numbers, block.offset);
    return numbers.floats;
  };
}
