/**
 * The behaviour sequence of each user: the last `length` items with what the user did, where and
 * when. Memory is bounded by the number of users, however long the log is.
 *
 * A behaviour that is recorded is not read before the next `commit`. Predictions for a window thus
 * see sequences as they were at its start. A sequence that went on inside the window would contain
 * the answers of its neighbours (a user's own earlier clicks of the day).
 */

export interface BehaviourColumns {
  /** User rows. */
  users: ArrayLike<number>;
  /** Item rows. */
  items: ArrayLike<number>;
  /** Unix seconds, not descending for one user. */
  timestamps: ArrayLike<number>;
  /** A code of what the user did and where (`behaviour-kinds.ts`). */
  kinds: ArrayLike<number>;
}

export interface Behaviours {
  readonly length: number;
  /** Keeps behaviours for the next `commit`. */
  record(columns: BehaviourColumns): void;
  /** Makes recorded behaviours readable. */
  commit(): void;
  /**
   * Writes a user's behaviours, newest first, from index `at` of each array.
   * @returns their number; 0 for an unknown user
   */
  read(user: number, into: { items: Int32Array; kinds: Int32Array; timestamps: Float64Array }, at: number): number;
}

/** @param length of a sequence, 1 to 1,000 */
export function createBehaviours(length: number): Behaviours {
  let users = 0;
  let items = new Int32Array(0);
  let kinds = new Int32Array(0);
  let timestamps = new Float64Array(0);
  /** Behaviours of each user that were ever committed; the next one goes to index `count % length`. */
  let counts = new Uint32Array(0);
  const pending: BehaviourColumns[] = [];

  function grow(needed: number): void {
    if (needed <= users) return;
    const capacity = Math.max(1024, needed, 2 * users);
    const grown = <T extends Int32Array | Float64Array | Uint32Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    items = grown(new Int32Array(capacity * length), items);
    kinds = grown(new Int32Array(capacity * length), kinds);
    timestamps = grown(new Float64Array(capacity * length), timestamps);
    counts = grown(new Uint32Array(capacity), counts);
    users = capacity;
  }

  return {
    length,
    record(columns) {
      if (columns.users.length > 0) pending.push(columns);
    },
    commit() {
      for (const columns of pending.splice(0))
        for (let row = 0; row < columns.users.length; row++) {
          const user = columns.users[row];
          grow(user + 1);
          const at = user * length + (counts[user]++ % length);
          items[at] = columns.items[row];
          kinds[at] = columns.kinds[row];
          timestamps[at] = columns.timestamps[row];
        }
    },
    read(user, into, at) {
      if (user < 0 || user >= users) return 0;
      const size = Math.min(counts[user], length);
      const first = user * length;
      let from = first + ((counts[user] - 1) % length);
      for (let i = at; i < at + size; i++) {
        into.items[i] = items[from];
        into.kinds[i] = kinds[from];
        into.timestamps[i] = timestamps[from];
        from = from === first ? first + length - 1 : from - 1;
      }
      return size;
    },
  };
}
