/** Deletion and correction, on SQLite. */
import type { Deletion, EventFilter } from '../../contract/deletion.ts';
import { checkEventFilter, checkIds } from '../../contract/validation.ts';
import type { Access } from '../access.ts';
import { deletionsReader } from '../visibility.ts';
import { countEvents, deleteEvents, undoImport } from './events.ts';
import { deleteItems } from './items.ts';
import { createPurge } from './purge.ts';
import { createDeletionRunner } from './run.ts';
import { deleteUsers } from './users.ts';
import { countErased, verifyStore } from './verify.ts';

/** @param whileBusy called repeatedly while a deletion waits for the lock of another connection */
export function createDeletion(access: Access, whileBusy: () => void): Deletion {
  const { database, read } = access;
  const run = createDeletionRunner(access, whileBusy);
  const purge = createPurge(access, whileBusy);
  const number = deletionsReader(database);
  const erasure = database.prepare<[], number>('SELECT last_erasure FROM deletions').pluck();
  const deletedSince = database
    .prepare<[number], string>('SELECT id FROM deleted_items WHERE number > ? ORDER BY number, id')
    .pluck();

  return {
    async deleteItems(ids) {
      checkIds('ids', ids);
      return run((own) => deleteItems(own, [...new Set(ids)]));
    },
    async deleteUsers(ids) {
      checkIds('ids', ids);
      return run((own) => deleteUsers(own, [...new Set(ids)]));
    },
    async deleteEvents(filter: EventFilter) {
      checkEventFilter(filter);
      return run((own) => deleteEvents(own, filter));
    },
    async countEvents(filter) {
      checkEventFilter(filter);
      return read(() => countEvents(database, filter));
    },
    async undoImport(fingerprint) {
      return run((own) => undoImport(own, fingerprint));
    },
    async deletions() {
      return read(number);
    },
    async lastErasure() {
      return read(() => erasure.get()!);
    },
    async deletedItems(since) {
      return read(() => deletedSince.all(since));
    },
    purge,
    async verify() {
      return read(() => verifyStore(database));
    },
    async countErased(texts) {
      return read(() => countErased(database, texts));
    },
  };
}
