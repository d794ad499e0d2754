-- The schema as version 1 of the file had it, and some data, to be opened by every later version.
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

-- Histories and the corpus are read from this index alone.
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

PRAGMA application_id = 1282372197;
PRAGMA user_version = 1;

INSERT INTO items (row, id, title) VALUES (0, 'a', 'A lamp'), (1, 'b', NULL);
INSERT INTO users (row, id) VALUES (0, 'u'), (1, 'v');
INSERT INTO event_types (type, name) VALUES (1, 'view'), (-1, 'impression');
INSERT INTO events (user, item, type, timestamp) VALUES (0, 0, 1, 1700000000), (1, 1, -1, 1700000001), (0, 1, 1, 1700000002);
INSERT INTO imports (fingerprint, files, items, events, skipped, at) VALUES ('old', '["items.csv","log.csv"]', 2, 3, 1, 17.5);
INSERT INTO settings (key, value) VALUES ('template', '"title"');
