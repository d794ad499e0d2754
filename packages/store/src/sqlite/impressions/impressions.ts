/** The impression log of a store, as batches or as a whole. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resolveImpressionOptions } from '../../contract/impressions/impression-checks.ts';
import { createImpressionHash } from '../../contract/impressions/impression-hash.ts';
import type {
  ImpressionBatch,
  ImpressionColumns,
  ImpressionLogOptions,
  ImpressionNames,
  Impressions,
} from '../../contract/impressions/impression-log.ts';
import type { Access } from '../access.ts';
import { deadlineIn } from '../busy.ts';
import { connect, IN_MEMORY, translate } from '../connection.ts';
import { hasHistories } from '../import/histories-index.ts';
import { HORIZON } from '../visibility.ts';
import { createColumns, readImpressions, type Wanted } from './read.ts';

export function createImpressions(access: Access): Impressions {
  const batches = (options: ImpressionLogOptions & { batchSize?: number }) =>
    readBatches(access, resolveImpressionOptions(options));
  const { database, read } = access;
  const hasAny = database.prepare<[], number>('SELECT count(*) FROM event_types WHERE type < 0').pluck();
  // The index of histories has all other events, so no event is read.
  const count = database
    .prepare<[], number>(`
      SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM events WHERE type > 0)
        - (SELECT count(*) FROM events WHERE type < 0 AND arrival >= ${HORIZON})`)
    .pluck();
  // A large import drops the index, and few events can be seen while it runs.
  const countByArrival = database
    .prepare<[], number>(`SELECT count(*) FROM events WHERE type < 0 AND arrival < ${HORIZON}`)
    .pluck();
  return {
    async countImpressions() {
      return read(() => (hasAny.get()! === 0 ? 0 : (hasHistories(database) ? count : countByArrival).get()!));
    },

    async *impressions(options = {}) {
      yield* batches(options);
    },

    async impressionLog(options = {}) {
      const hash = createImpressionHash();
      let log: (ImpressionColumns & { names: ImpressionNames }) | undefined;
      let at = 0;
      for await (const batch of batches(options)) {
        hash.update(batch);
        const { names, ...columns } = batch;
        log ??= { ...createColumns(names.impressions), names };
        for (const name of Object.keys(columns) as (keyof ImpressionColumns)[]) log[name].set(batch[name], at);
        at += batch.users.length;
      }
      const { names, ...columns } = log!;
      return { ...names, ...columns, fingerprint: hash.digest(names) };
    },
  };
}

async function* readBatches(access: Access, wanted: Wanted): AsyncGenerator<ImpressionBatch> {
  const { path, busyMs } = access;
  access.checkOpen();
  try {
    if (path === IN_MEMORY) {
      // Its only connection is needed by others between two batches, so all are read first.
      for (const batch of [...readImpressions(access.database, wanted)]) if (batch !== undefined) yield batch;
      return;
    }
    const own = await connect(path, { create: false, deadline: deadlineIn(busyMs) });
    try {
      for (const batch of readImpressions(own, wanted)) {
        if (batch !== undefined) yield batch;
        await nextTurn();
      }
    } finally {
      own.close();
    }
  } catch (error) {
    throw translate(error, path);
  }
}
