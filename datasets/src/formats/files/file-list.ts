/**
 * The files that a path names: a file, all files of a folder and its subfolders, or what a pattern
 * (`events/*.csv.gz`) matches; in natural order of their names, so that `part-10` follows `part-9`.
 */
import { glob, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { errors } from '../../errors.ts';

export interface ListedFile {
  path: string;
  /** The folder or pattern that named it; undefined if it was named itself. */
  source?: string;
  /** Columns of Hive's folders between the folder and the file: `day=2024-01-01`. */
  partition?: Record<string, string | null>;
}

const PATTERN = /[*?[{]/;
/** The folder that Hive and Spark name for a missing value. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FILE_UNREADABLE`, `IMPORT_FOLDER_EMPTY` */
export async function listFiles(path: string): Promise<ListedFile[]> {
  const found = await stat(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined;
    throw errors.IMPORT_FILE_UNREADABLE({ file: path, reason: error.message }, error);
  });
  if (found === undefined && !PATTERN.test(path)) throw errors.IMPORT_FILE_MISSING({ file: path });
  if (found !== undefined && !found.isDirectory()) return [{ path, partition: partitionOf(dirname(path).split(sep)) }];
  const paths = found === undefined ? await matches(path) : await filesIn(path);
  if (paths.length === 0) {
    throw found === undefined
      ? errors.IMPORT_FILE_MISSING({ file: path })
      : errors.IMPORT_FOLDER_EMPTY({ folder: path });
  }
  const root = found === undefined ? staticPart(path) : path;
  const natural = new Intl.Collator('en', { numeric: true }).compare;
  return paths
    .sort((a, b) => natural(a, b) || (a < b ? -1 : 1))
    .map((file) => ({
      path: file,
      source: path,
      partition: partitionOf(relative(root, dirname(file)).split(sep)),
    }));
}

async function matches(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern)) {
    const found = await stat(path);
    if (found.isDirectory()) paths.push(...(await filesIn(path)));
    else if (isData(basename(path)) && found.size > 0) paths.push(path);
  }
  return paths;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error) => {
    throw errors.IMPORT_FILE_UNREADABLE({ file: folder, reason: error.message }, error);
  });
  const paths: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!isData(entry.name)) continue;
    const found = await stat(path);
    if (found.isDirectory()) paths.push(...(await filesIn(path)));
    // Jobs write an empty file for a part without rows.
    else if (found.isFile() && found.size > 0) paths.push(path);
  }
  return paths;
}

/** Spark writes `_SUCCESS`, `_committed_…` and `.part-0.crc` beside the data. */
const isData = (name: string) => !/^[._]|\.crc$/.test(name);

function partitionOf(folders: string[]): Record<string, string | null> | undefined {
  const columns: [string, string | null][] = [];
  for (const folder of folders) {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(folder) ?? [];
    if (name !== undefined) columns.push([decode(name), value === NULL_PARTITION ? null : decode(value)]);
  }
  return columns.length === 0 ? undefined : Object.fromEntries(columns);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The folder of a pattern before its first special character. */
function staticPart(pattern: string): string {
  const parts = pattern.split(sep);
  const special = parts.findIndex((part) => PATTERN.test(part));
  return parts.slice(0, special).join(sep) || (pattern.startsWith(sep) ? sep : '.');
}
