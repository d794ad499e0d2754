/** Lists of similar items. */
import { fillBehind, type RankedItems } from '../composition/lists.ts';
import { listByVectors } from '../composition/recommender.ts';
import type { LoadedPublication } from '../engine/loaded-publication.ts';
import type { ListableRows } from './listable-rows.ts';

/** What makes items similar. */
export type Likeness = 'both' | 'behaviour' | 'content';

/**
 * By both: the neighbours of an item in the linear model, then by its vector. By behaviour: the
 * neighbours alone, or by the vectors of a model without them. By content: by the cosine between texts.
 * Of an item of which nothing is known in that way, popular ones.
 */
export async function similarItems(
  loaded: LoadedPublication,
  row: number,
  k: number,
  by: Likeness,
  { passes = () => true, among }: ListableRows,
): Promise<RankedItems> {
  const { parts, publication, content } = loaded;
  const { index } = publication;
  const isText = parts.towers.source === 'content';
  if (by === 'content' && !isText) {
    const found = await content.nearest(row, k, { passes, among });
    return found === undefined ? parts.popular(k, passes) : { ...found, source: 'content' };
  }
  const named = by === 'content' ? undefined : parts.linear?.top([row], k, passes);
  const found = named && named.keys.length > 0 ? ({ ...named, source: 'linear' } as const) : undefined;
  if (found?.keys.length === k || (by === 'behaviour' && found !== undefined)) return found;
  const [vector] = by === 'behaviour' && (isText || parts.linear !== undefined) ? [] : await index.getMany([row]);
  if (vector === undefined) return found ?? parts.popular(k, passes);
  const behind = await parts.towers.search(vector, k, { passes, among });
  return found === undefined ? listByVectors(parts, behind, k, passes) : fillBehind(found, behind, k);
}
