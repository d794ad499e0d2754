/** Lists of items, each a link to its page in the explorer. */
import type { ShownItem } from '@lorekeep/dashboard';
import type { ComponentChildren } from 'preact';
import { addressOf } from '../lib/route.ts';

export function ItemName({ item }: { item: ShownItem }) {
  return (
    <span class="item">
      <a href={addressOf('explore', 'item', item.id)}>{item.title ?? item.id}</a>
      {item.category !== null && <span class="category">{item.category}</span>}
    </span>
  );
}

interface ItemListProps<T extends ShownItem> {
  label: string;
  items: readonly T[];
  /** At the right of each item. */
  figure?: (item: T) => ComponentChildren;
  /** Below each item. */
  below?: (item: T) => ComponentChildren;
}

export function ItemList<T extends ShownItem>({ label, items, figure, below }: ItemListProps<T>) {
  return (
    <ol class="items" aria-label={label}>
      {items.map((item, at) => (
        // An item can be in a history more than once.
        <li key={`${at} ${item.id}`}>
          <div class="line">
            <ItemName item={item} />
            {figure !== undefined && <span class="figure">{figure(item)}</span>}
          </div>
          {below?.(item)}
        </li>
      ))}
    </ol>
  );
}
