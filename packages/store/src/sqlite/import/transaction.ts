/**
 * What the `fill` of an import writes through: puts one after another, and nothing once one has
 * failed or `fill` is over.
 */
import type { Item } from '../../contract/catalogue.ts';
import type { Event } from '../../contract/event-log.ts';
import type { ImportTransaction } from '../../contract/imports.ts';
import type { UserRecord } from '../../contract/users.ts';
import { errors } from '../../errors.ts';

export interface GuardedTransaction {
  transaction: ImportTransaction;
  /**
   * Refuses later puts and waits for those that have been called.
   * @throws the error of a put that failed, also if `fill` ignored it: half of its batch may be
   *   written
   */
  end(): Promise<void>;
  /** Refuses later puts and those that wait, and waits for the one that runs. */
  cancel(): Promise<void>;
}

export function guardTransaction(
  putItems: (items: Item[]) => Promise<void>,
  putEvents: (events: Event[]) => Promise<number>,
  putUsers: (users: UserRecord[]) => Promise<void>,
): GuardedTransaction {
  let last: Promise<unknown> = Promise.resolve();
  let isOver = false;
  let isCancelled = false;
  const guarded =
    <T, Result>(put: (batch: T[]) => Promise<Result>) =>
    (batch: T[]): Promise<Result> => {
      if (isOver) return Promise.reject(errors.IMPORT_OVER());
      // After a failed put, all later ones reject with its error.
      const result = last.then(() => {
        if (isCancelled) throw errors.IMPORT_OVER();
        return put(batch);
      });
      // `end` reports the failure of a put that `fill` does not await.
      result.catch(() => {});
      last = result;
      return result;
    };
  return {
    transaction: { putItems: guarded(putItems), putEvents: guarded(putEvents), putUsers: guarded(putUsers) },
    async end() {
      isOver = true;
      await last;
    },
    async cancel() {
      isOver = true;
      isCancelled = true;
      await last.catch(() => {});
    },
  };
}
