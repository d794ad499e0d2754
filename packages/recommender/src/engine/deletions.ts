/**
 * Deletions, as the engine makes and notices them. Those of other programs are noticed at the next
 * request, by the number that the store counts them with.
 */
import type { Deleted, Store } from '@lorekeep/store';
import type { LoadedPublication } from './loaded-publication.ts';
import type { EventFilterInput } from './request-types.ts';
import { deletionIdsSchema, eventFilterSchema, parse } from './requests.ts';

export interface EngineDeletions {
  /**
   * Removes items with all their events. From now on no answer has them, also after a restart. An
   * item that is added again is a new one. Unknown ids are counted. 1 to 1,000.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `ENGINE_BUSY`
   */
  deleteItems(ids: string[]): Promise<Deleted>;
  /**
   * Erases users with all that is stored of them. They are answered like unknown users from now on.
   * What a model has learned from their events goes with the next training. 1 to 1,000.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `ENGINE_BUSY`
   */
  deleteUsers(ids: string[]): Promise<Deleted>;
  /**
   * Removes the events that fulfil all conditions. Users who have no event left are removed too.
   *
   * @throws LorekeepError `REQUEST_INVALID` (also if there is no condition), `ENGINE_BUSY`
   */
  deleteEvents(filter: EventFilterInput): Promise<Deleted>;
}

interface Parts {
  store: Store;
  /** Erases what the ranker and its knowledge keep of them. */
  forget(ids: { users?: readonly string[]; items?: readonly string[] }): Promise<void>;
  /** The version in use. */
  current: () => LoadedPublication;
  /** Runs a write in its turn. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Runs `work` in its turn, behind the writes that wait. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
}

/** `notice` leaves out what was deleted since the last call; every read calls it first. */
export function createDeletions({ store, forget, current, write, inTurn }: Parts): EngineDeletions & {
  notice: () => Promise<void>;
} {
  /** False if there was nothing new. */
  async function hideDeleted(loaded: LoadedPublication): Promise<boolean> {
    const number = await store.deletions();
    if (number === loaded.deletions) return false;
    loaded.hide(await store.deletedItems(loaded.deletions), number);
    return true;
  }

  async function makeAndSettle(make: () => Promise<Deleted>): Promise<Deleted> {
    return write(async () => {
      const deleted = await make();
      const loaded = current();
      if (await hideDeleted(loaded)) await loaded.settleDeletions();
      return deleted;
    });
  }

  return {
    async notice() {
      if (!(await hideDeleted(current()))) return;
      // The items are hidden already. If this fails, a later deletion or the next version settles them.
      inTurn(() => current().settleDeletions()).catch(() => {});
    },
    async deleteItems(input) {
      const ids = parse(deletionIdsSchema, input);
      const deleted = await makeAndSettle(() => store.deleteItems(ids));
      await forget({ items: ids });
      return deleted;
    },
    async deleteUsers(input) {
      const ids = parse(deletionIdsSchema, input);
      const deleted = await makeAndSettle(() => store.deleteUsers(ids));
      await forget({ users: ids });
      return deleted;
    },
    async deleteEvents(input) {
      const filter = parse(eventFilterSchema, input);
      return makeAndSettle(() => store.deleteEvents(filter));
    },
  };
}
