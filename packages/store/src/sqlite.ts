/**
 * The store on SQLite, the default adapter: one file, no server. `better-sqlite3` is synchronous, so every method below
 * does its work in one go and no two calls interleave; only two things take time without holding the event loop:
 * waiting for another writer, and an import, which has a connection of its own. Until that connection commits, nothing
 * of the import can be seen, and if `fill` throws or the process dies, nothing of it ever was.
 */
import type { Database } from 'better-sqlite3';
import { connect, retryWhileBusy, translate } from './connection.ts';
import { createEmbeddings } from './embeddings.ts';
import { closed, contentRepeated, importOver, importRepeated, invalidArgument } from './errors.ts';
import { readInteractionLog } from './interaction-log.ts';
import type { Event, ImportRecord, ImportTransaction, Item, Store, StoreCounts } from './types.ts';
import { checkCount, checkEvents, checkItems } from './validate.ts';
import { createWriter, type Writer } from './write.ts';

export interface StoreOptions {
  /** Make the file (and its folder) when it is not there. Default true; false: `STORE_MISSING`. */
  create?: boolean;
  /**
   * How long a write waits while another connection or program writes (an import, say) before it fails with
   * `STORE_BUSY`, in ms. Default 30,000. The event loop goes on meanwhile.
   */
  busyMs?: number;
}

/**
 * Opens, creates or migrates a store.
 * @param path a file, or `':memory:'` for one that lives as long as it is open
 * @throws LorekeepError `STORE_NOT_A_DATABASE`, `STORE_FOREIGN_DATABASE`, `STORE_TOO_NEW`, `STORE_MISSING`,
 *   `STORE_CANNOT_OPEN`, `STORE_CORRUPT`, `STORE_BUSY`
 * @example
 * const store = await openStore('.lorekeep/store.db');
 * await store.upsertItems([{ id: 'B0001', title: 'A lamp' }]);
 * await store.appendEvents([{ user: 'ann', item: 'B0001', type: 'view', timestamp: 1_700_000_000 }]);
 * await store.close();
 */
export async function openStore(path: string, options: StoreOptions = {}): Promise<Store> {
  const { create = true, busyMs = 30_000 } = options;
  checkCount('busyMs', busyMs, 0);
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', path, 'a file name or :memory:');
  const database = await connect(path, { create, busyMs });
  const writer = createWriter(database);
  const embeddings = createEmbeddings(database);
  const statements = prepareReads(database);
  const imports = new Set<Promise<void>>();
  let isClosed = false;
  let lastWrite: Promise<unknown> = Promise.resolve();

  function read<T>(work: () => T): T {
    if (isClosed) throw closed(path);
    try {
      return work();
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** One transaction. Writes run in the order they were called in, also when the first of them has to wait. */
  function write<T>(work: () => T): Promise<T> {
    if (isClosed) return Promise.reject(closed(path));
    const transaction = database.transaction(work);
    const result = lastWrite.then(() => retryWhileBusy(path, busyMs, () => transaction.immediate()));
    lastWrite = result.catch(() => {});
    return result;
  }

  const withWriter = (work: (writer: Writer) => void) =>
    write(() => {
      writer.forget();
      work(writer);
    });

  async function importOnce(record: ImportRecord, fill: (transaction: ImportTransaction) => Promise<void>) {
    const own = path === ':memory:' ? undefined : await connect(path, { create: false, busyMs });
    try {
      if (own === undefined) await importStaged(fill, withWriter, () => putImport(database, record));
      else await importInto(own, path, busyMs, record, fill);
    } catch (error) {
      throw translate(error, path);
    } finally {
      own?.close();
    }
  }

  return {
    async upsertItems(items) {
      checkItems(items);
      await withWriter((to) => to.putItems(items));
    },

    async getItems(ids) {
      return read(() => ids.map((id) => itemOf(statements.item.get(id))));
    },

    async *items({ batchSize = 1000 } = {}) {
      checkCount('batchSize', batchSize, 1);
      let row = -1;
      for (;;) {
        const rows = read(() => statements.items.all(row, batchSize));
        if (rows.length === 0) return;
        row = rows[rows.length - 1].row;
        yield rows.map((found) => itemOf(found)!);
      }
    },

    async appendEvents(events) {
      checkEvents(events);
      await withWriter((to) => to.putEvents(events));
    },

    async histories(users, limit) {
      checkCount('limit', limit, 0);
      return read(() => users.map((user) => (limit === 0 ? [] : statements.history.all(user, limit).reverse())));
    },

    async *events({ batchSize = 1000, types } = {}) {
      checkCount('batchSize', batchSize, 1);
      const wanted = types === undefined ? null : JSON.stringify(types);
      const select = wanted === null ? statements.events : statements.eventsOfTypes;
      let arrival = -1;
      for (;;) {
        const rows = read(() => select.all({ arrival, batchSize, wanted }));
        if (rows.length === 0) return;
        arrival = rows[rows.length - 1].arrival;
        yield rows.map(eventOf);
      }
    },

    async counts() {
      return read(() => statements.counts.get()!);
    },

    async interactionLog() {
      return read(() => readInteractionLog(database));
    },

    async importAll(record, fill) {
      if (isClosed) throw closed(path);
      const running = importOnce(record, fill);
      const settled = running.catch(() => {});
      imports.add(settled);
      settled.then(() => imports.delete(settled));
      await running;
    },

    async imports() {
      return read(() =>
        statements.imports.all().map((row) => ({
          ...row,
          files: JSON.parse(row.files) as string[],
          ordinals: row.ordinals === 1,
          contents: statements.contents.all(row.fingerprint),
        })),
      );
    },

    async missingEmbeddings(model, hashes) {
      return read(() => embeddings.missing(model, hashes));
    },

    async putEmbeddings(model, dim, hashes, vectors) {
      await write(() => embeddings.put(model, dim, hashes, vectors));
    },

    async getEmbeddings(model, hashes) {
      return read(() => embeddings.get(model, hashes));
    },

    async embeddingModels() {
      return read(() => embeddings.models());
    },

    async getSetting<T>(key: string) {
      const value = read(() => statements.setting.get(key));
      return value === undefined ? undefined : (JSON.parse(value) as T);
    },

    async setSetting(key, value) {
      const json = JSON.stringify(value);
      if (json === undefined) throw invalidArgument(`setting ${key}`, value, 'a value that JSON can hold');
      await write(() => statements.setSetting.run(key, json));
    },

    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.all([lastWrite, ...imports]);
      database.close();
    },
  };
}

/** An import on a connection of its own; it holds the file's only write lock from its first row to its commit. */
async function importInto(
  database: Database,
  path: string,
  busyMs: number,
  record: ImportRecord,
  fill: (transaction: ImportTransaction) => Promise<void>,
): Promise<void> {
  await retryWhileBusy(path, busyMs, () => database.exec('BEGIN IMMEDIATE'));
  try {
    putImport(database, record);
    const writer = createWriter(database);
    const transaction = guard(writer.putItems, writer.putEvents);
    await fill(transaction.open);
    transaction.end();
    await retryWhileBusy(path, busyMs, () => database.exec('COMMIT'));
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** A memory store has one connection: what `fill` puts is kept aside and written at its end in one transaction. */
async function importStaged(
  fill: (transaction: ImportTransaction) => Promise<void>,
  withWriter: (work: (writer: Writer) => void) => Promise<void>,
  putRecord: () => void,
): Promise<void> {
  const staged: ((writer: Writer) => void)[] = [];
  const transaction = guard(
    (items) => {
      checkItems(items);
      staged.push((writer) => writer.putItems(items));
    },
    (events) => {
      checkEvents(events);
      staged.push((writer) => writer.putEvents(events));
    },
  );
  await fill(transaction.open);
  transaction.end();
  await withWriter((writer) => {
    putRecord();
    for (const put of staged) put(writer);
  });
}

/** A put that threw dooms the whole import, even when `fill` swallows the error: half a batch may be written. */
function guard(putItems: (items: Item[]) => void, putEvents: (events: Event[]) => void) {
  let failure: { error: unknown } | undefined;
  let over = false;
  const guarded =
    <T>(put: (batch: T[]) => void) =>
    (batch: T[]) => {
      if (over) throw importOver();
      if (failure !== undefined) throw failure.error;
      try {
        put(batch);
      } catch (error) {
        failure = { error };
        throw error;
      }
    };
  const open: ImportTransaction = { putItems: guarded(putItems), putEvents: guarded(putEvents) };
  return {
    open,
    end() {
      over = true;
      if (failure !== undefined) throw failure.error;
    },
  };
}

function putImport(database: Database, record: ImportRecord): void {
  const { fingerprint, files, contents, items, events, ordinals, skipped, at } = record;
  const put = database.prepare(
    'INSERT OR IGNORE INTO imports (fingerprint, files, items, events, ordinals, skipped, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const { changes } = put.run(fingerprint, JSON.stringify(files), items, events, Number(ordinals), skipped, at);
  if (changes === 0) throw importRepeated(fingerprint);
  const putContent = database.prepare(
    'INSERT OR IGNORE INTO import_contents (content, import, place) VALUES (?, ?, ?)',
  );
  for (const [place, content] of contents.entries()) {
    if (putContent.run(content, fingerprint, place).changes === 0) throw contentRepeated(fingerprint, content);
  }
}

interface ItemRow {
  row: number;
  id: string;
  title: string | null;
  brand: string | null;
  categories: string | null;
  description: string | null;
  price: number | null;
  fields: string | null;
}

type EventRow = { [name in keyof Required<Event>]: Event[name] | null } & { arrival: number };

function prepareReads(database: Database) {
  const events = (filter: string) =>
    database.prepare<{ arrival: number; batchSize: number; wanted: string | null }, EventRow>(`
      SELECT e.arrival, u.id AS user, i.id AS item, t.name AS type, e.timestamp, e.rating, e.surface, e.session, e.position
      FROM events e JOIN users u ON u.row = e.user JOIN items i ON i.row = e.item JOIN event_types t ON t.type = e.type
      WHERE e.arrival > :arrival ${filter} ORDER BY e.arrival LIMIT :batchSize`);
  return {
    item: database.prepare<[string], ItemRow>('SELECT * FROM items WHERE id = ?'),
    items: database.prepare<[number, number], ItemRow>('SELECT * FROM items WHERE row > ? ORDER BY row LIMIT ?'),
    history: database
      .prepare<[string, number], string>(`
        SELECT i.id FROM events e JOIN items i ON i.row = e.item
        WHERE e.user = (SELECT row FROM users WHERE id = ?) AND e.type > 0
        ORDER BY e.timestamp DESC, e.arrival DESC LIMIT ?`)
      .pluck(),
    events: events(''),
    eventsOfTypes: events(
      'AND e.type IN (SELECT type FROM event_types WHERE name IN (SELECT value FROM json_each(:wanted)))',
    ),
    counts: database.prepare<[], StoreCounts>(`
      SELECT (SELECT count(*) FROM items) AS items, (SELECT count(*) FROM users) AS users,
        (SELECT count(*) FROM events) AS events`),
    imports: database.prepare<
      [],
      Omit<ImportRecord, 'files' | 'contents' | 'ordinals'> & { files: string; ordinals: number }
    >('SELECT fingerprint, files, items, events, ordinals, skipped, at FROM imports ORDER BY rowid'),
    contents: database
      .prepare<[string], string>('SELECT content FROM import_contents WHERE import = ? ORDER BY place')
      .pluck(),
    setting: database.prepare<[string], string>('SELECT value FROM settings WHERE key = ?').pluck(),
    setSetting: database.prepare('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)'),
  };
}

function itemOf(row: ItemRow | undefined): Item | undefined {
  if (row === undefined) return undefined;
  const item: Item = { id: row.id };
  if (row.title !== null) item.title = row.title;
  if (row.brand !== null) item.brand = row.brand;
  if (row.categories !== null) item.categories = JSON.parse(row.categories) as string[];
  if (row.description !== null) item.description = row.description;
  if (row.price !== null) item.price = row.price;
  if (row.fields !== null) item.fields = JSON.parse(row.fields) as Item['fields'];
  return item;
}

function eventOf(row: EventRow): Event {
  const event: Event = { user: row.user!, item: row.item!, type: row.type!, timestamp: row.timestamp! };
  if (row.rating !== null) event.rating = row.rating;
  if (row.surface !== null) event.surface = row.surface;
  if (row.session !== null) event.session = row.session;
  if (row.position !== null) event.position = row.position;
  return event;
}
