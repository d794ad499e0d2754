/** The files of an import: what the paths name, and what each file is. */

import { errors } from '../errors.ts';
import { encodingLabel } from '../formats/decode.ts';
import { detectDialect, type TableSample } from '../formats/detect/detect-dialect.ts';
import { separatorOption } from '../formats/detect/separator.ts';
import { type ListedFile, listFiles } from '../formats/files/file-list.ts';
import { isPath } from '../formats/json/paths.ts';
import type { SourceFile } from '../formats/source-file.ts';
import { checkReadable } from '../formats/unpack.ts';
import { type ColumnNames, isColumnName } from '../mapping/columns.ts';
import { headerFor } from '../mapping/layouts.ts';
import { mappingOf } from '../mappings/sources.ts';
import { isRawFormat } from '../raw/amazon.ts';
import { headerOf, type ImportOptions } from './options.ts';

export type Role = 'items' | 'events' | 'users';

/** What was given about the files of one role, as far as it was: part of their identity. */
export interface GivenDialect {
  separator?: string;
  encoding?: string;
  header?: readonly string[];
  recordPath?: string;
}

/**
 * Catalogue files first.
 * @throws LorekeepError `IMPORT_FILE_MISSING`, `IMPORT_FOLDER_EMPTY`, `IMPORT_FOLDER_MIXED`, and
 *   those of `detectDialect`
 */
export async function readSourceFiles(
  options: ImportOptions,
  columns: ColumnNames,
): Promise<Record<Role, SourceFile[]>> {
  let index = 0;
  const read = async (role: Role): Promise<SourceFile[]> => {
    const files: SourceFile[] = [];
    for (const path of options[role] ?? []) {
      const listed = await listFiles(path);
      const found: SourceFile[] = [];
      for (const file of listed) found.push(await readSourceFile(file, role, index++, options, columns));
      checkOneFormat(path, found);
      files.push(...found);
    }
    return files;
  };
  const items = await read('items');
  const events = await read('events');
  return { items, events, users: await read('users') };
}

export function givenDialect({ separator, encoding, header, recordPath }: ImportOptions, role: Role): GivenDialect {
  const names = headerOf(header, role);
  return {
    ...(separator === undefined ? {} : { separator: separatorOption(separator) }),
    ...(encoding === undefined ? {} : { encoding: encodingLabel(encoding) }),
    ...(names === undefined ? {} : { header: names }),
    ...(recordPath === undefined ? {} : { recordPath }),
  };
}

async function readSourceFile(
  { path, source, partition }: ListedFile,
  role: Role,
  index: number,
  options: ImportOptions,
  columns: ColumnNames,
): Promise<SourceFile> {
  await checkReadable(path);
  const { format = 'auto' } = options;
  const mapping = role === 'events' ? options.mapping : undefined;
  const dialect = await detectDialect(path, {
    ...givenDialect(options, role),
    // A line of another program may look like one list of records.
    format: mapping !== undefined && format === 'auto' ? 'jsonl' : format,
    isColumnName: (name) => isColumnName(name) || Object.values(columns).includes(name),
    headerFor: ({ path, rows }: TableSample) => headerFor(path, rows)?.names,
  });
  const isJson = dialect.format === 'json' || dialect.format === 'jsonl';
  if (mapping !== undefined && !isJson)
    throw errors.IMPORT_OPTION({ name: 'mapping', value: mapping, expected: `JSON, but ${path} is ${dialect.format}` });
  // A given path belongs to the files whose records begin it: those of events, for example.
  const roots = new Set([...(dialect.names ?? []), ...(dialect.lists ?? [])].map(rootOf));
  const given = Object.values(columns).filter((name) => isPath(name) && (!isJson || roots.has(rootOf(name))));
  const listed = source !== undefined;
  // DuckDB has always read the folders of a Parquet file; others have them if a folder was given.
  const hasPartition = partition !== undefined && (listed || dialect.format === 'parquet');
  return {
    path,
    index,
    format: dialect.format,
    dialect,
    raw: isRawFormat(format) ? format : undefined,
    ...(mapping === undefined ? {} : { mapping: mappingOf(mapping) }),
    listed,
    paths: [...new Set(given)],
    ...(hasPartition ? { partition } : {}),
  };
}

const rootOf = (path: string) => path.split('.')[0].replace(/\[\]$/, '');

/** @throws LorekeepError `IMPORT_FOLDER_MIXED` */
function checkOneFormat(folder: string, found: SourceFile[]): void {
  const files: Record<string, string[]> = {};
  for (const { path, format } of found) {
    files[format] ??= [];
    files[format].push(path);
  }
  if (Object.keys(files).length > 1) throw errors.IMPORT_FOLDER_MIXED({ folder, files });
}
