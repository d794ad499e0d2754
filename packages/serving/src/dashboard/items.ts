/** Items as the page shows them. */
import type { ShownItem } from '@lorekeep/dashboard';
import type { Item, Store } from '@lorekeep/store';

export const shown = (id: string, item: Item | undefined): ShownItem => ({
  id,
  title: item?.title ?? null,
  category: item?.categories?.at(-1) ?? null,
});

export async function shownItems(store: Store, ids: readonly string[]): Promise<ShownItem[]> {
  const items = await store.getItems([...ids]);
  return ids.map((id, at) => shown(id, items[at]));
}
