/** The records of finished imports. */
import type { Database } from 'better-sqlite3';
import type { ImportRecord } from '../../contract/imports.ts';
import { errors } from '../../errors.ts';

type RecordRow = Omit<ImportRecord, 'files' | 'contents' | 'ordinals'> & { files: string; ordinals: number };

export interface ImportRecords {
  all(): ImportRecord[];
  /**
   * @param replaces fingerprints of imports that are gone before `put`
   * @throws LorekeepError `IMPORT_REPEATED` if `put` would throw it
   */
  check(record: ImportRecord, replaces: readonly string[]): void;
  /**
   * @param arrivals the numbers of its events; undefined if there are none
   * @throws LorekeepError `IMPORT_REPEATED`
   */
  put(record: ImportRecord, horizon: number, arrivals: { first: number; last: number } | undefined): void;
}

export function createImportRecords(database: Database): ImportRecords {
  const all = database.prepare<[], RecordRow>(
    'SELECT fingerprint, files, items, events, ordinals, skipped, at FROM imports ORDER BY rowid',
  );
  const contentsOf = database
    .prepare<[string], string>('SELECT content FROM import_contents WHERE import = ? ORDER BY place')
    .pluck();
  const one = database.prepare<[string], number>('SELECT 1 FROM imports WHERE fingerprint = ?').pluck();
  const importOf = database.prepare<[string], string>('SELECT import FROM import_contents WHERE content = ?').pluck();
  const put = database.prepare(
    `INSERT OR IGNORE INTO imports (fingerprint, files, items, events, ordinals, skipped, at, first_arrival, last_arrival, horizon, last_item)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT max(place) FROM items WHERE place >= ?))`,
  );
  const putContent = database.prepare(
    'INSERT OR IGNORE INTO import_contents (content, import, place) VALUES (?, ?, ?)',
  );

  return {
    all() {
      return all.all().map((row) => ({
        ...row,
        files: JSON.parse(row.files) as string[],
        ordinals: row.ordinals === 1,
        contents: contentsOf.all(row.fingerprint),
      }));
    },

    check({ fingerprint, contents }, replaces) {
      if (one.get(fingerprint) !== undefined && !replaces.includes(fingerprint))
        throw errors.IMPORT_REPEATED({ fingerprint });
      const isStored = (content: string) => {
        const from = importOf.get(content);
        return from !== undefined && !replaces.includes(from);
      };
      const repeated = contents.find((content, place) => contents.indexOf(content) < place || isStored(content));
      if (repeated !== undefined) throw errors.IMPORT_REPEATED({ fingerprint, content: repeated });
    },

    put({ fingerprint, files, contents, items, events, ordinals, skipped, at }, horizon, arrivals) {
      const { changes } = put.run(
        fingerprint,
        JSON.stringify(files),
        items,
        events,
        Number(ordinals),
        skipped,
        at,
        arrivals?.first ?? null,
        arrivals?.last ?? null,
        horizon,
        horizon,
      );
      if (changes === 0) throw errors.IMPORT_REPEATED({ fingerprint });
      for (const [place, content] of contents.entries()) {
        if (putContent.run(content, fingerprint, place).changes === 0) {
          throw errors.IMPORT_REPEATED({ fingerprint, content });
        }
      }
    },
  };
}
