/** Which items are new, and which are so rare that they are proposed like new ones: one rule for all. */

/** Users who chose each trained item. */
type Users = ArrayLike<number>;

/**
 * No user had chosen the item when the model was trained.
 *
 * @param trained row in the model, −1 for an item that it does not know
 * @param users `undefined` for a model that did not count them: its trained items are not new
 */
export const isNewItem = (trained: number, users: Users | undefined): boolean => trained < 0 || users?.[trained] === 0;

/** At most `rareUsers` users had chosen the item; a new item is rare too. */
export const isRareItem = (trained: number, users: Users, rareUsers: number): boolean =>
  trained < 0 || users[trained] <= rareUsers;
