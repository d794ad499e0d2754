/** Undoing an import that is named by its fingerprint, the beginning of it, or a file. */
import { basename } from 'node:path';
import type { ImportRecord, UndoneImport } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/** Shortest beginning of a fingerprint that names an import. */
const MIN_PREFIX = 6;

export async function undoImport({ store }: WorkspaceState, name: string): Promise<UndoneImport & { files: string[] }> {
  const imports = await store.imports();
  const matches = imports.filter((record) => isNamed(record, name));
  if (matches.length !== 1)
    throw errors.IMPORT_NOT_FOUND({ name, matches: matches.map(shownAs), held: imports.length });
  const [{ fingerprint, files }] = matches;
  return { ...(await store.undoImport(fingerprint)), files };
}

function isNamed({ fingerprint, files }: ImportRecord, name: string): boolean {
  const isPrefix = name.length >= MIN_PREFIX && fingerprint.startsWith(name);
  return isPrefix || files.some((file) => file === name || basename(file) === name);
}

const shownAs = ({ fingerprint, files }: ImportRecord) => `${fingerprint.slice(0, 12)} (${files.join(', ')})`;
