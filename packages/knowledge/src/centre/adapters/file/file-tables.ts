/**
 * Knowledge in a folder: `SPACE/VERSION/` has the record of a version, its entries, its updates, and
 * the maps of its alignment. A version is read into memory when it is first asked for; reading it
 * again is what makes another process's erasure visible.
 *
 * Entries never change but for erasure. Updates are appended, and flushed before they are
 * acknowledged; several processes may append, because one batch is one write at the end of the file.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, systemError, writeDirectoryAtomic } from '@lorekeep/core';
import { errors } from '../../../errors.ts';
import type { KnowledgeVersion } from '../../contract/store.ts';
import type { BlobRows, KnowledgeTables, RemovedIds } from '../../contract/tables.ts';
import { eraseRows } from './erase.ts';
import { ENTRIES, LoadedVersion, UPDATES } from './loaded-version.ts';
import { writeAll } from './read-file.ts';
import { MAGIC, readAgainRow, rowsToBytes } from './rows.ts';

const RECORD = 'version.json';
const MAPS = 'alignment.maps';
const UNFINISHED = '.tmp';
/** What systems answer if a folder is renamed to one that has files. */
const TAKEN = ['ENOTEMPTY', 'PATH_NOT_A_FOLDER', 'PATH_FORBIDDEN'];

interface FileTablesOptions {
  refreshSeconds: number;
  abandonedSeconds: number;
}

interface Entry {
  loaded: Promise<LoadedVersion | undefined>;
  checkedAt: number;
  /** Of its folder: another one means that a new version has the name. */
  inode: Promise<number | undefined>;
}

function ignoreMissing(error: unknown): void {
  if (errorCode(error) !== 'ENOENT') throw error;
}

const inodeOf = (directory: string): Promise<number | undefined> =>
  stat(directory).then(
    ({ ino }) => ino,
    () => undefined,
  );

/** @throws LorekeepError `PATH_…` if the folder cannot be created */
export async function openFileTables(root: string, options: FileTablesOptions): Promise<KnowledgeTables> {
  await mkdir(root, { recursive: true }).catch((error) => {
    throw systemError(error, root);
  });
  const entries = new Map<string, Entry>();
  const folderOf = (space: string, version: string) => join(root, space, version);

  async function readRecord(space: string, version: string): Promise<KnowledgeVersion | undefined> {
    const path = join(folderOf(space, version), RECORD);
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      // Another process has removed it meanwhile.
      if (errorCode(error) === 'ENOENT') return undefined;
      if (error instanceof SyntaxError) throw errors.KNOWLEDGE_DAMAGED({ place: path, reason: error.message }, error);
      throw systemError(error, path);
    }
  }

  async function namesIn(space: string): Promise<string[]> {
    const found = await readdir(join(root, space), { withFileTypes: true }).catch((error) => {
      if (errorCode(error) === 'ENOENT') return [];
      throw systemError(error, join(root, space));
    });
    return found.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }

  const versionsOf = async (space: string) => (await namesIn(space)).filter((name) => !name.endsWith(UNFINISHED));

  function load(space: string, version: string): Entry {
    const directory = folderOf(space, version);
    const loaded = readRecord(space, version).then((record) => {
      if (record === undefined) return undefined;
      const { user, item, userCategory } = record.entries;
      return LoadedVersion.load(directory, user + item + userCategory);
    });
    const entry = { loaded, checkedAt: performance.now(), inode: inodeOf(directory) };
    entries.set(directory, entry);
    loaded.then(
      (version) => version === undefined && entries.delete(directory),
      () => entries.delete(directory),
    );
    return entry;
  }

  /** Takes in updates of other processes; a version that was removed or erased from is read again. */
  async function check(space: string, version: string, entry: Entry): Promise<void> {
    entry.checkedAt = performance.now();
    const current = await entry.loaded;
    const inode = await inodeOf(folderOf(space, version));
    if (inode === undefined) entries.delete(folderOf(space, version));
    else if (inode !== (await entry.inode) || !(await current?.update())) load(space, version);
  }

  async function append(directory: string, bytes: Uint8Array): Promise<boolean> {
    const file = await open(join(directory, UPDATES), 'a').catch((error) => {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw systemError(error, directory);
    });
    if (file === undefined) return false;
    try {
      await writeAll(file, bytes);
      await file.sync();
      return true;
    } catch (error) {
      throw systemError(error, directory);
    } finally {
      await file.close();
    }
  }

  return {
    place: root,

    async records(space) {
      const records = await Promise.all((await versionsOf(space)).map((version) => readRecord(space, version)));
      return records.filter((record) => record !== undefined);
    },

    async publish(space, version, fill) {
      await writeDirectoryAtomic(folderOf(space, version), async (directory) => {
        const path = join(directory, ENTRIES);
        const file = await open(path, 'wx');
        const alive = setInterval(
          () => utimes(directory, new Date(), new Date()).catch(() => {}),
          options.abandonedSeconds * 250,
        );
        try {
          await writeAll(file, MAGIC);
          const record = await fill({
            put: async (rows: BlobRows) => writeAll(file, rowsToBytes(rows)),
            putMaps: async (maps: Uint8Array) => {
              const mapFile = await open(join(directory, MAPS), 'wx');
              await writeAll(mapFile, maps);
              await mapFile.close();
            },
            remove: async (ids: RemovedIds) => void (await eraseRows(path, MAGIC.length, ids)),
          });
          for (const [name, text] of [
            [UPDATES, ''],
            [RECORD, `${JSON.stringify(record)}\n`],
          ] as const) {
            const small = await open(join(directory, name), 'wx');
            await small.writeFile(text);
            await small.close();
          }
        } finally {
          clearInterval(alive);
          await file.close();
        }
      }).catch(async (error) => {
        // Another process was faster; nothing is put in the place of a folder with files.
        const isTaken = TAKEN.includes(errorCode(error)) && (await readRecord(space, version)) !== undefined;
        if (isTaken) throw errors.KNOWLEDGE_VERSION_EXISTS({ space, version });
        throw error;
      });
    },

    async find(space, version, query, wanted) {
      const entry = entries.get(folderOf(space, version)) ?? load(space, version);
      if (performance.now() - entry.checkedAt > options.refreshSeconds * 1000)
        check(space, version, entry).catch(() => {});
      return (await entry.loaded)?.table.find(query, wanted);
    },

    async maps(space, version) {
      return readFile(join(folderOf(space, version), MAPS)).catch((error) => {
        if (errorCode(error) === 'ENOENT') return undefined;
        throw systemError(error, folderOf(space, version));
      });
    },

    async update(space, version, rows) {
      const directory = folderOf(space, version);
      if (!(await append(directory, rowsToBytes(rows)))) return false;
      const entry = entries.get(directory);
      if (entry !== undefined && !(await (await entry.loaded)?.update())) await load(space, version).loaded;
      return true;
    },

    async remove(space, ids) {
      // Also from what killed publications have left.
      const unfinished = (await namesIn(space)).filter((name) => name.endsWith(UNFINISHED));
      for (const version of [...(await versionsOf(space)), ...unfinished]) {
        const directory = folderOf(space, version);
        let erased = 0;
        erased += await eraseRows(join(directory, ENTRIES), MAGIC.length, ids);
        erased += await eraseRows(join(directory, UPDATES), 0, ids);
        if (erased === 0 || version.endsWith(UNFINISHED)) continue;
        await append(directory, readAgainRow());
        if (entries.has(directory)) await load(space, version).loaded;
      }
    },

    async collect(space, versions) {
      const doomed = [...versions];
      for (const name of await namesIn(space)) {
        if (!name.endsWith(UNFINISHED)) continue;
        const { mtimeMs } = await stat(join(root, space, name)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
        if (Date.now() - mtimeMs > options.abandonedSeconds * 1000) doomed.push(name);
      }
      for (const name of doomed) {
        const directory = folderOf(space, name);
        entries.delete(directory);
        // A version that is half removed must not look like one.
        const aside = name.endsWith(UNFINISHED) ? directory : `${directory}${UNFINISHED}`;
        if (aside !== directory) await rename(directory, aside).catch(ignoreMissing);
        await rm(aside, { recursive: true, force: true });
      }
    },

    cacheStats: () => ({ hits: 0, misses: 0 }),

    async close() {
      entries.clear();
    },
  };
}
