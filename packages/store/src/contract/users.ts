/** Users: who is recommended to, and what the shop knows about them apart from their events. */

/** One user. Only the id is required. */
export interface UserRecord {
  /** The shop's own public id, 1–256 code points. */
  id: string;
  /** What a model may read of a user: a country, an age group, a plan. Absent if there is nothing. */
  attributes?: Record<string, string | number | boolean | string[]>;
}

/** Users, and what the shop knows of them apart from events. */
export interface Users {
  /**
   * Inserts users, or replaces the attributes of those with a known id as a whole; a record without
   * attributes removes them. One transaction: all or none. Events are never changed.
   * @throws LorekeepError `USER_INVALID` (nothing is written)
   */
  upsertUsers(users: UserRecord[]): Promise<void>;
  /**
   * In the order of `ids`; `undefined` for an unknown id. Users of events are known, and so are users
   * that only `upsertUsers` has named; these have an empty history.
   */
  getUsers(ids: string[]): Promise<(UserRecord | undefined)[]>;
  /**
   * All users in the order of `InteractionLog.userIds` (first arrival), in batches. Each batch is a
   * consistent snapshot.
   */
  users(options?: { batchSize?: number }): AsyncIterable<UserRecord[]>;
}
