/**
 * The tables, and how older files become current ones. `PRAGMA user_version` counts the migrations
 * that a file has had. Each migration is one SQL text, runs in one transaction, and is never edited
 * once released. `application_id` marks a file as a Lorekeep store, so that another program's
 * database is never changed by mistake.
 *
 * Items and users have a `place` and events an `arrival`, which put them in order of arrival
 * (visibility.ts). Neither is given twice, also if rows are deleted. `row` only links the tables.
 * Event types are numbered 1, 2, 3 …, those that were passive when they first came −1, −2 …, so that
 * one partial index holds all events that can be positive or negative (meaning/).
 */
import type { Database } from 'better-sqlite3';
import { errors } from '../errors.ts';

/** 'Lore' in ASCII. */
const APPLICATION_ID = 0x4c6f7265;

const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE items (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT,
    brand TEXT,
    categories TEXT, -- JSON array
    description TEXT,
    price REAL,
    fields TEXT -- JSON object
  ) STRICT;

  CREATE TABLE users (row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE event_types (type INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  CREATE TABLE events (
    arrival INTEGER PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users,
    item INTEGER NOT NULL REFERENCES items,
    type INTEGER NOT NULL REFERENCES event_types,
    timestamp REAL NOT NULL,
    rating REAL,
    surface TEXT,
    session TEXT,
    position INTEGER
  ) STRICT;

  -- Histories and the log are read from this index alone.
  CREATE INDEX histories ON events (user, timestamp, arrival, item) WHERE type > 0;

  CREATE TABLE imports (
    fingerprint TEXT PRIMARY KEY,
    files TEXT NOT NULL, -- JSON array
    items INTEGER NOT NULL,
    events INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    at REAL NOT NULL
  ) STRICT;

  CREATE TABLE embedding_models (model INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dim INTEGER NOT NULL) STRICT;

  CREATE TABLE embeddings (
    row INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES embedding_models,
    hash BLOB NOT NULL, -- the 32 bytes of the text's SHA-256
    vector BLOB NOT NULL, -- dim × float32, little-endian
    UNIQUE (model, hash)
  ) STRICT;

  CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT; -- JSON
  `,
  `
  -- What each import added, so that no later one adds it again. Imports of earlier versions have no rows.
  CREATE TABLE import_contents (
    content TEXT PRIMARY KEY,
    import TEXT NOT NULL REFERENCES imports (fingerprint),
    place INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX contents_of_import ON import_contents (import, place);
  `,
  `
  -- 1 if an import's events had no time stamps. Ordinals start at 0 and arrivals at 1, which identifies older imports.
  ALTER TABLE imports ADD COLUMN ordinals INTEGER NOT NULL DEFAULT 0;
  UPDATE imports SET ordinals = 1
  WHERE events > 0 AND NOT EXISTS (SELECT 1 FROM events WHERE timestamp <> arrival - 1);
  `,
  `
  -- Imports in several transactions (visibility.ts). Until now the row of an item or user was its place.
  ALTER TABLE items ADD COLUMN place INTEGER NOT NULL DEFAULT -1;
  UPDATE items SET place = row;
  CREATE UNIQUE INDEX items_in_order ON items (place);
  ALTER TABLE users ADD COLUMN place INTEGER NOT NULL DEFAULT -1;
  UPDATE users SET place = row;
  CREATE UNIQUE INDEX users_in_order ON users (place);

  CREATE TABLE pending_import (
    only INTEGER PRIMARY KEY DEFAULT 1 CHECK (only = 1),
    id TEXT NOT NULL,
    horizon INTEGER NOT NULL,
    committed INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE item_originals (
    row INTEGER PRIMARY KEY, -- of an item
    title TEXT,
    brand TEXT,
    categories TEXT,
    description TEXT,
    price REAL,
    fields TEXT
  ) STRICT;
  `,
  `
  -- Ids of events, lists that were shown, and the numbers that the events of an import have.
  ALTER TABLE events ADD COLUMN id TEXT;
  ALTER TABLE events ADD COLUMN request TEXT;
  CREATE UNIQUE INDEX events_by_id ON events (id) WHERE id IS NOT NULL;
  ALTER TABLE imports ADD COLUMN first_arrival INTEGER; -- NULL: imported by an older version, or without events
  ALTER TABLE imports ADD COLUMN last_arrival INTEGER;

  -- What an event means depends on its type and rating.
  DROP INDEX histories;
  CREATE INDEX histories ON events (user, timestamp, arrival, item, type, rating) WHERE type > 0;
  `,
  `
  -- What was deleted. Places and arrivals are not given twice: the last ones are those of rows that may be gone.
  CREATE TABLE deletions (
    only INTEGER PRIMARY KEY DEFAULT 1 CHECK (only = 1),
    number INTEGER NOT NULL, -- of deletions so far
    last_erasure INTEGER NOT NULL, -- number of the last deletion of users
    purged INTEGER NOT NULL, -- number of the last deletion that is overwritten on the disk
    last_item INTEGER NOT NULL,
    last_user INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    salt BLOB NOT NULL
  ) STRICT;
  INSERT INTO deletions (number, last_erasure, purged, last_item, last_user, last_event, salt)
  VALUES (0, 0, 0, -1, -1, -1, randomblob(32));
  CREATE TABLE deleted_items (id TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
  CREATE INDEX deleted_items_by_number ON deleted_items (number);
  CREATE TABLE erased_users (
    hash BLOB PRIMARY KEY, -- SHA-256 of salt and id
    last_event INTEGER NOT NULL -- arrivals up to this were there when the user was erased
  ) STRICT;

  -- The horizon of the import that has put an item last; NULL: a live write, or an older version.
  ALTER TABLE items ADD COLUMN import INTEGER;
  ALTER TABLE item_originals ADD COLUMN import INTEGER;
  ALTER TABLE imports ADD COLUMN horizon INTEGER; -- NULL: imported by an older version
  ALTER TABLE imports ADD COLUMN last_item INTEGER; -- the largest place of an item that it has added

  -- Ids of events of the running import that events which it replaces still have.
  CREATE TABLE replacing_events (arrival INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  `,
  `
  -- What is known of users apart from their events, as JSON objects. While an import runs, the originals are what
  -- readers see of the users whose attributes it has put (visibility.ts); NULL: the user has none.
  CREATE TABLE user_attributes (user INTEGER PRIMARY KEY REFERENCES users, attributes TEXT NOT NULL) STRICT;
  CREATE TABLE user_attribute_originals (user INTEGER PRIMARY KEY, attributes TEXT) STRICT;
  `,
  `
  -- Lists that were answered. Users are named by their ids: most have no row before their first event.
  CREATE TABLE exposures (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    request TEXT NOT NULL,
    timestamp REAL NOT NULL,
    arrival INTEGER NOT NULL, -- the last event at that time
    user TEXT, -- NULL: a session
    experiment TEXT,
    arm TEXT,
    scenario TEXT,
    version TEXT NOT NULL,
    surface TEXT,
    source TEXT, -- NULL: it failed
    milliseconds REAL NOT NULL,
    items TEXT NOT NULL -- JSON array of ids, in the order of their positions
  ) STRICT;
  CREATE INDEX exposures_by_user ON exposures (user) WHERE user IS NOT NULL;
  CREATE INDEX exposures_by_experiment ON exposures (experiment);
  `,
];

/** Brings an open database to the current schema, also a new and empty one. All or nothing. */
export function migrate(database: Database, path: string): void {
  if (currentVersion(database, path) === MIGRATIONS.length) return;
  database
    .transaction(() => {
      // Read again inside the transaction: another program may have migrated the file meanwhile.
      for (let version = currentVersion(database, path); version < MIGRATIONS.length; version++) {
        database.exec(MIGRATIONS[version]);
      }
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}

/**
 * For a database that cannot be migrated.
 * @throws LorekeepError `STORE_READ_ONLY` if it needs a migration, and what `currentVersion` throws
 */
export function checkCurrent(database: Database, path: string): void {
  if (currentVersion(database, path) < MIGRATIONS.length) {
    throw errors.STORE_READ_ONLY({ path, reason: 'an older version wrote it, and it must be upgraded before reading' });
  }
}

/** @throws LorekeepError `STORE_FOREIGN_DATABASE`, `STORE_TOO_NEW` */
export function currentVersion(database: Database, path: string): number {
  const application = database.pragma('application_id', { simple: true });
  const version = database.pragma('user_version', { simple: true }) as number;
  if (application !== APPLICATION_ID) {
    const tables = database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
    if (application !== 0 || version !== 0 || tables > 0) throw errors.STORE_FOREIGN_DATABASE({ path });
    return 0;
  }
  if (version > MIGRATIONS.length) throw errors.STORE_TOO_NEW({ path, found: version, known: MIGRATIONS.length });
  return version;
}
