/** What names, entries and queries may be, for all adapters. */
import { isVersionName } from '@lorekeep/core';
import { errors } from '../../errors.ts';
import { MAX_HALF } from '../entries/half.ts';
import { KINDS, type KnowledgeLayout } from '../schema/layout.ts';
import type { KnowledgeEntries, KnowledgeQuery } from './data.ts';
import type { KnowledgePrecision } from './store.ts';

/** Characters of an id or a category. */
export const MAX_ID = 1024;
const MAX_PAIRS = 100_000;
const MAX_ROWS = 1_000_000;

/** @throws LorekeepError `KNOWLEDGE_NAME_INVALID` */
export function checkName(what: 'space' | 'version' | 'prefix', name: unknown): void {
  // `.tmp` is the end of the names of unfinished versions.
  const isName = typeof name === 'string' && name.length <= 100 && isVersionName(name) && !name.endsWith('.tmp');
  if (!isName) throw errors.KNOWLEDGE_NAME_INVALID({ what, name: String(name) });
}

const isId = (id: unknown, least: number): boolean =>
  typeof id === 'string' && id.length >= least && id.length <= MAX_ID && id.isWellFormed();

/** @throws LorekeepError `KNOWLEDGE_ENTRIES_INVALID` */
export function checkEntries(layout: KnowledgeLayout, precision: KnowledgePrecision, entries: KnowledgeEntries): void {
  const { kind, ids, categories, values } = entries;
  const fail: (reason: string, row?: number) => never = (reason, row) => {
    throw errors.KNOWLEDGE_ENTRIES_INVALID({ kind: String(kind), reason, row });
  };
  if (!KINDS.includes(kind)) fail('the kind must be "user", "item" or "userCategory"');
  if (!Array.isArray(ids) || ids.length > MAX_ROWS) fail(`"ids" must be a list of at most ${MAX_ROWS} ids`);
  const width = layout.widths[kind];
  if (width === 0 && ids.length > 0) fail('the schema has no block of this kind');
  if (!(values instanceof Float32Array) || values.length !== ids.length * width)
    fail(`"values" must be a Float32Array of ${ids.length} × ${width} numbers`);
  if (kind === 'userCategory' ? categories?.length !== ids.length : categories !== undefined)
    fail('"categories" must have one category for each id, and only for the kind "userCategory"');
  ids.forEach((id, row) => {
    if (!isId(id, 1)) fail(`an id must have 1 to ${MAX_ID} characters and be valid Unicode`, row);
    if (categories !== undefined && !isId(categories[row], 0))
      fail(`a category must have at most ${MAX_ID} characters and be valid Unicode`, row);
  });
  const bound = precision === 'fp16' ? MAX_HALF : Number.MAX_VALUE;
  for (let at = 0; at < values.length; at++)
    if (!(Math.abs(values[at]) <= bound))
      fail(
        Number.isFinite(values[at])
          ? `the number ${values[at]} is beyond ${MAX_HALF}, the largest of fp16; publish with the precision "fp32"`
          : 'a number is not finite',
        Math.floor(at / width),
      );
}

/** @throws LorekeepError `KNOWLEDGE_QUERY_INVALID` */
export function checkQuery(query: KnowledgeQuery): void {
  const lists = [query?.users, query?.items, query?.categories];
  if (!lists.every((list) => Array.isArray(list) && list.length === lists[0].length))
    throw errors.KNOWLEDGE_QUERY_INVALID({ reason: 'users, items and categories must be lists of equal length' });
  if (lists[0].length > MAX_PAIRS)
    throw errors.KNOWLEDGE_QUERY_INVALID({ reason: `${lists[0].length} pairs are more than ${MAX_PAIRS}` });
  for (const list of lists)
    for (let row = 0; row < list.length; row++)
      if (typeof list[row] !== 'string')
        throw errors.KNOWLEDGE_QUERY_INVALID({ reason: `pair ${row} has an id that is no string` });
}

/** @throws LorekeepError `KNOWLEDGE_QUERY_INVALID` */
export function checkInto(into: Float32Array | undefined, pairs: number, width: number): void {
  if (into === undefined || (into instanceof Float32Array && into.length >= pairs * width)) return;
  throw errors.KNOWLEDGE_QUERY_INVALID({
    reason: `"into" must be a Float32Array of at least ${pairs} × ${width} numbers`,
  });
}
