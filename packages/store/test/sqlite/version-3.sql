-- A store of schema version 3, with some data, to be opened by every later version.
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
CREATE INDEX histories ON events (user, timestamp, arrival, item) WHERE type > 0;
CREATE TABLE imports (
    fingerprint TEXT PRIMARY KEY,
    files TEXT NOT NULL, -- JSON array
    items INTEGER NOT NULL,
    events INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    at REAL NOT NULL
  , ordinals INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE embedding_models (model INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dim INTEGER NOT NULL) STRICT;
CREATE TABLE embeddings (
    row INTEGER PRIMARY KEY,
    model INTEGER NOT NULL REFERENCES embedding_models,
    hash BLOB NOT NULL, -- the 32 bytes of the text's SHA-256
    vector BLOB NOT NULL, -- dim × float32, little-endian
    UNIQUE (model, hash)
  ) STRICT;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE import_contents (
    content TEXT PRIMARY KEY,
    import TEXT NOT NULL REFERENCES imports (fingerprint),
    place INTEGER NOT NULL
  ) STRICT;
CREATE INDEX contents_of_import ON import_contents (import, place);
INSERT INTO items (row, id, title, brand, categories, description, price, fields) VALUES
  (0, 'b', NULL, 'new', NULL, NULL, NULL, NULL),
  (1, 'a', 'A lamp', NULL, '["Home"]', NULL, NULL, NULL),
  (2, 'c', NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO users (row, id) VALUES
  (0, 'v'),
  (1, 'u');
INSERT INTO event_types (type, name) VALUES
  (-1, 'impression'),
  (1, 'view'),
  (2, 'cart');
INSERT INTO events (arrival, user, item, type, timestamp, rating, surface, session, position) VALUES
  (1, 0, 1, 1, 5, NULL, NULL, NULL, NULL),
  (2, 1, 0, -1, 6, NULL, NULL, NULL, NULL),
  (3, 1, 2, 1, 4, NULL, NULL, NULL, NULL),
  (4, 0, 0, 2, 5, NULL, NULL, NULL, NULL);
INSERT INTO imports (fingerprint, files, items, events, skipped, at, ordinals) VALUES
  ('first', '["items.csv"]', 2, 2, 0, 17.5, 0);
INSERT INTO import_contents (content, import, place) VALUES
  ('c1', 'first', 0);
INSERT INTO settings (key, value) VALUES
  ('template', '"title"');
PRAGMA application_id = 1282372197;
PRAGMA user_version = 3;
