/**
 * The files of a data folder: `items.*` and `interactions.*` or `events.*`, in any format an import
 * reads.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemError } from '@lorekeep/core';
import { errors } from './errors.ts';
import { FILE_EXTENSION } from './formats/format.ts';

/**
 * A new shop has no events yet: a folder whose only data file is that of the items is complete.
 *
 * @throws LorekeepError `IMPORT_FILE_MISSING` if the folder does not exist,
 *   `IMPORT_FILE_UNREADABLE`, or `IMPORT_DIRECTORY` if it is a file, or has no file of one kind or
 *   several of it
 */
export async function datasetDirectory(directory: string): Promise<{ items: string[]; events: string[] }> {
  const names = await readdir(directory).catch((error) => {
    if (error.code === 'ENOENT') throw errors.IMPORT_FILE_MISSING({ file: directory });
    if (error.code === 'ENOTDIR') throw errors.IMPORT_DIRECTORY({ directory, isFile: true }, error);
    throw errors.IMPORT_FILE_UNREADABLE(
      { file: directory, reason: (systemError(error, directory) as Error).message },
      error,
    );
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
