/** Who has chosen what for the first time. */
import { type Event, roleOfEvent, type Store } from '@lorekeep/store';

/** Newest events of a user that are read: they are left out of the list; models read fewer of them. */
export const HISTORY_READ = 1000;

/**
 * The items of positive events, once for each user who has not chosen them before (of a very long
 * history, among the newest 1,000).
 */
export async function newChoices(store: Store, events: readonly Event[]): Promise<string[]> {
  const rules = await store.eventRules();
  const positive = events.filter((event) => roleOfEvent(event, rules) === 'positive');
  const users = [...new Set(positive.map(({ user }) => user))];
  const histories = await store.histories(users, HISTORY_READ);
  const chosen = new Map(users.map((user, at) => [user, new Set(histories[at])]));
  return positive.flatMap(({ user, item }) => {
    const own = chosen.get(user)!;
    if (own.has(item)) return [];
    own.add(item);
    return [item];
  });
}
