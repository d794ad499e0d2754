/** The files of a data folder: `items.*` and `interactions.*` or `events.*`, in any format an import reads. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ambiguousDirectory, directoryWithoutData, fileMissing, fileUnreadable } from './errors.ts';

const EXTENSIONS = /^\.(csv|tsv|tab|jsonl|ndjson|json|parquet|pq)(\.(gz|zst))?$/i;

/**
 * @throws LorekeepError `IMPORT_FILE_MISSING` without the folder, `IMPORT_DIRECTORY` when one kind of file is not
 *   there or there are several candidates for it
 */
export async function datasetDirectory(directory: string): Promise<{ items: string[]; events: string[] }> {
  const names = await readdir(directory).catch((error) => {
    throw error.code === 'ENOENT' ? fileMissing(directory) : fileUnreadable(directory, error);
  });
  const named = (stems: string[]) => {
    const found = names.filter((name) =>
      stems.some((stem) => name.toLowerCase().startsWith(stem) && EXTENSIONS.test(name.slice(stem.length))),
    );
    if (found.length === 0) throw directoryWithoutData(directory, stems.map((stem) => `${stem}.*`).join(' or '));
    if (found.length > 1) throw ambiguousDirectory(directory, found.sort());
    return [join(directory, found[0])];
  };
  return { items: named(['items']), events: named(['interactions', 'events']) };
}
