/** Content vectors as rows, and which items are new. */
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import type { ContentRows } from './features.ts';
import { isRareItem } from './new-and-rare.ts';

/** The content of the trained items; `undefined` if the model reads no content. */
export function contentRowsOf({ content, items }: Pick<ItemStatistics, 'content' | 'items'>): ContentRows | undefined {
  if (content === undefined || items === 0) return undefined;
  const dim = content.length / items;
  const hasText = Uint8Array.from({ length: items }, (_, row) => {
    for (let at = row * dim; at < (row + 1) * dim; at++) if (content[at] !== 0) return 1;
    return 0;
  });
  return {
    dim,
    of: (row) => (hasText[row] === 1 ? content.subarray(row * dim, (row + 1) * dim) : undefined),
  };
}

/** Rows of trained items that at most `rareUsers` users have chosen and that have a text. */
export function rareRows({ users }: Pick<ItemStatistics, 'users'>, content: ContentRows, rareUsers: number): number[] {
  return Array.from(users.keys()).filter((row) => isRareItem(row, users, rareUsers) && content.of(row) !== undefined);
}
