/** Paths of files inside a model's folder. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * True for a relative path that stays inside its folder on every operating system. Servers and
 * manifests are not trusted.
 */
export function isSafePath(path: unknown): path is string {
  if (typeof path !== 'string' || path === '' || /[\\\0:]/.test(path)) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Paths in a folder and in its direct sub-folders, with `/`. A model is not nested deeper. */
export function pathsIn(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const inside = isDirectory(join(directory, name)) ? readdirSync(join(directory, name)) : [];
    return [name, ...inside.map((file) => `${name}/${file}`)];
  });
}

export function isDirectory(path: string): boolean {
  return !path.includes('\0') && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
