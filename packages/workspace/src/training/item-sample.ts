/** A sample of the catalogue with the vectors of a model, for example to draw a map of it. */

import { gatherRows } from '@lorekeep/core';
import type { Bundle } from '@lorekeep/recommender';
import type { InteractionLog, Item } from '@lorekeep/store';
import type { WorkspaceState } from '../state.ts';

/** Some items with their vectors in the model's item space. */
export interface ItemSample {
  items: Item[];
  /** `[items.length × dim]` */
  vectors: Float32Array;
}

/** At most `wanted` rows, spread evenly over the catalogue. */
export function sampleRows(items: number, wanted: number): number[] {
  const count = Math.min(items, wanted);
  return Array.from({ length: count }, (_, at) => Math.floor((at * items) / count));
}

/** @param content `[items × dim]` */
export async function sampleItems(
  { store }: WorkspaceState,
  bundle: Bundle,
  { itemIds }: InteractionLog,
  content: Float32Array,
  wanted: number,
): Promise<ItemSample> {
  const rows = sampleRows(itemIds.length, wanted);
  const ids = rows.map((row) => itemIds[row]);
  const dim = content.length / itemIds.length;
  const sampled = gatherRows(content, dim, rows);
  const trainedRows = new Map(bundle.itemIds.map((id, row) => [id, row]));
  const { vectors } = await bundle.adaptItems(
    sampled,
    Int32Array.from(ids, (id) => trainedRows.get(id) ?? -1),
  );
  const items = await store.getItems(ids);
  return { items: items.map((item, at) => item ?? { id: ids[at] }), vectors };
}
