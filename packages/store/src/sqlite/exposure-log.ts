/** The exposure log: one row per list. */
import type { Exposure, ExposureLog, StoredExposure } from '../contract/impressions/exposure-log.ts';
import { checkCount } from '../contract/validation.ts';
import type { Access } from './access.ts';
import { erasureHash } from './deletion/users.ts';
import { lastArrivalReader } from './visibility.ts';

type ExposureRow = { [name in Exclude<keyof Exposure, 'items'>]-?: Exposure[name] | null } & {
  row: number;
  arrival: number;
  items: string;
};

const COLUMNS = [
  'request',
  'timestamp',
  'arrival',
  'user',
  'experiment',
  'arm',
  'scenario',
  'version',
  'surface',
  'source',
  'milliseconds',
  'items',
];

export function createExposureLog(access: Access): ExposureLog {
  const { database, read, write } = access;
  const insert = database.prepare(
    `INSERT INTO exposures (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map((name) => `:${name}`).join(', ')})`,
  );
  const select = (condition: string) =>
    database.prepare<{ row: number; batchSize: number; experiment: string | null }, ExposureRow>(
      `SELECT row, ${COLUMNS.join(', ')} FROM exposures WHERE row > :row ${condition} ORDER BY row LIMIT :batchSize`,
    );
  const all = select('AND :experiment IS NULL');
  const ofExperiment = select('AND experiment = :experiment');
  const count = database.prepare<[], number>('SELECT count(*) FROM exposures').pluck();
  const countOf = database.prepare<[string], number>('SELECT count(*) FROM exposures WHERE experiment = ?').pluck();
  /** The newest row beyond the newest `most`. */
  const lastBeyond = (condition: string) =>
    database
      .prepare<[number], number>(`SELECT row FROM exposures ${condition} ORDER BY row DESC LIMIT 1 OFFSET ?`)
      .pluck();
  const beyond = lastBeyond('');
  const beyondOf = database
    .prepare<[string, number], number>(
      'SELECT row FROM exposures WHERE experiment = ? ORDER BY row DESC LIMIT 1 OFFSET ?',
    )
    .pluck();
  const prunings = (['experiment IS NOT NULL', 'experiment IS NULL'] as const).map((condition) => ({
    last: lastBeyond(`WHERE ${condition}`),
    remove: database.prepare(`DELETE FROM exposures WHERE ${condition} AND row <= ?`),
  }));
  const lastArrival = lastArrivalReader(database);
  const readIsErased = erasedWithoutEvents(access);

  return {
    async appendExposures(exposures) {
      return write(() => {
        const arrival = lastArrival();
        const isErased = readIsErased();
        let stored = 0;
        for (const { items, ...exposure } of exposures) {
          if (exposure.user !== undefined && isErased(exposure.user)) continue;
          const values = Object.fromEntries(
            COLUMNS.map((name) => [name, exposure[name as keyof typeof exposure] ?? null]),
          );
          insert.run({ ...values, arrival, items: JSON.stringify(items) });
          stored++;
        }
        return stored;
      });
    },

    async *exposures({ experiment, newest, batchSize = 1000 } = {}) {
      checkCount('batchSize', batchSize, 1);
      let row = 0;
      if (newest !== undefined) {
        checkCount('newest', newest, 1);
        row = read(() => (experiment === undefined ? beyond.get(newest) : beyondOf.get(experiment, newest))) ?? 0;
      }
      for (;;) {
        const from: number = row;
        const statement = experiment === undefined ? all : ofExperiment;
        const rows: ExposureRow[] = read(() => statement.all({ row: from, batchSize, experiment: experiment ?? null }));
        if (rows.length > 0) yield rows.map(exposureOf);
        if (rows.length < batchSize) return;
        row = rows[rows.length - 1].row;
      }
    },

    async countExposures(experiment) {
      return read(() => (experiment === undefined ? count.get()! : countOf.get(experiment)!));
    },

    async pruneExposures({ experiments, others }) {
      checkCount('experiments', experiments, 0);
      checkCount('others', others, 0);
      return write(() =>
        [experiments, others].reduce((removed, most, at) => {
          const last = prunings[at].last.get(most);
          return last === undefined ? removed : removed + prunings[at].remove.run(last).changes;
        }, 0),
      );
    },
  };
}

/** Whether a user was erased and has no event since. Must be read anew in each transaction. */
function erasedWithoutEvents({ database }: Access): () => (user: string) => boolean {
  const deletions = database.prepare<[], { erasure: number; salt: Buffer }>(
    'SELECT last_erasure AS erasure, salt FROM deletions',
  );
  const isErased = database.prepare<[Buffer], number>('SELECT 1 FROM erased_users WHERE hash = ?').pluck();
  const isKnown = database.prepare<[string], number>('SELECT 1 FROM users WHERE id = ?').pluck();
  return () => {
    const { erasure, salt } = deletions.get()!;
    if (erasure === 0) return () => false;
    return (user) => isErased.get(erasureHash(salt, user)) !== undefined && isKnown.get(user) === undefined;
  };
}

function exposureOf({ row: _, items, ...columns }: ExposureRow): StoredExposure {
  const present = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null));
  return { ...present, items: JSON.parse(items) } as StoredExposure;
}
