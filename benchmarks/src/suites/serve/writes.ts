/** What is written while `bench serve` measures. */
import { createRandom } from '@lorekeep/core';
import { MAX_BATCH } from '@lorekeep/recommender';

/** Long, and a batch of them within the limit of a body, 1 MiB. The model reads all of such a text. */
const WORDS_OF_TEXT = 130;

/** Events of known users and items, one per request. */
export function newEvents(users: readonly string[], items: number): { user: string; item: string; type: string }[] {
  const random = createRandom(7);
  return users.map((user) => ({ user, item: `i${random.int(items)}`, type: 'purchase' }));
}

/** A whole batch of new items, with other texts in every round. */
export function longTexts(round: number): { id: string; title: string; categories: string[] }[] {
  const random = createRandom(1000 + round);
  const word = () => `${'bcdfgklmnprstv'[random.int(14)]}${'aeiou'[random.int(5)]}${random.int(1000)}`;
  return Array.from({ length: MAX_BATCH }, (_, at) => ({
    id: `long-${round}-${at}`,
    title: Array.from({ length: WORDS_OF_TEXT }, word).join(' '),
    categories: ['long texts'],
  }));
}
