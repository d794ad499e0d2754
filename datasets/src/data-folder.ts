/**
 * The files of a data folder: `items.*` and `interactions.*` or `events.*`, in any format an import
 * reads.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errors } from './errors.ts';
import { FILE_EXTENSION } from './formats/format.ts';

/**
 * A new shop has no events yet: a folder whose only data file is that of the items is complete.
 *
 * @throws LorekeepError `IMPORT_FILE_MISSING` if the folder does not exist,
 *   `IMPORT_FILE_UNREADABLE`, or `IMPORT_DIRECTORY` if it has no file of one kind or several of it
 */
export async function datasetDirectory(directory: string): Promise<{ items: string[]; events: string[] }> {
  const names = await readdir(directory).catch((error) => {
    throw error.code === 'ENOENT'
      ? errors.IMPORT_FILE_MISSING({ file: directory })
      : errors.IMPORT_FILE_UNREADABLE({ file: directory, reason: error.message }, error);
  });
  const findFile = (stems: string[]) => {
    const found = names.filter((name) =>
      stems.some((stem) => name.toLowerCase().startsWith(stem) && FILE_EXTENSION.test(name.slice(stem.length))),
    );
    if (found.length === 0) {
      const missing = stems.map((stem) => `${stem}.*`).join(' or ');
      throw errors.IMPORT_DIRECTORY({ directory, missing });
    }
    if (found.length > 1) throw errors.IMPORT_DIRECTORY({ directory, found: found.sort() });
    return [join(directory, found[0])];
  };
  const items = findFile(['items']);
  const isOnlyFile = names.every(
    (name) => items[0].endsWith(name) || !FILE_EXTENSION.test(name.slice(name.indexOf('.'))),
  );
  return { items, events: isOnlyFile ? [] : findFile(['interactions', 'events']) };
}
