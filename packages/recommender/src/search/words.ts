/**
 * What the words of a query add to the cosine of its meaning. A language model knows what a query is
 * about, and misses what only its letters tell: a brand, a model number, a size.
 */
import type { Filter } from '../filters/filter.ts';
import type { ItemFields } from '../filters/item-fields.ts';
import { wordsOf } from '../filters/words.ts';

/** What an item with all words of the query gets. A cosine of two texts on one subject is .3 to .7. */
export const WORDS_WEIGHT = 0.3;
/** Words of a query that are looked up. */
const MOST_WORDS = 16;

/** Where a word counts. Descriptions have too many words that say little. */
const withWord = (match: string): Filter => ({
  or: [{ title: { match } }, { brand: { match } }, { categories: { match } }],
});

/**
 * For each item with a word of the query, its share of them, each weighted by how rare it is, times
 * `WORDS_WEIGHT`. A word that no item has counts for nothing.
 */
export async function wordBonus(query: string, fields: ItemFields): Promise<Map<number, number>> {
  const found: { rows: Uint32Array; weight: number }[] = [];
  const size = fields.live.count;
  for (const word of [...wordsOf(query)].slice(0, MOST_WORDS)) {
    const filter = withWord(word);
    await fields.prepare(filter);
    const rows = fields.rowsThatPass(filter).rows();
    if (rows.length > 0) found.push({ rows, weight: Math.log(1 + size / rows.length) });
  }
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  const bonus = new Map<number, number>();
  for (const { rows, weight } of found)
    for (const row of rows) bonus.set(row, (bonus.get(row) ?? 0) + (WORDS_WEIGHT * weight) / total);
  return bonus;
}
