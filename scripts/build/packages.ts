/** The packages of this repository that are published. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface PublicPackage {
  name: string;
  /** Relative to the root of the repository. */
  folder: string;
}

export function publicPackages(): PublicPackage[] {
  const folders = [...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}`), 'datasets'];
  return folders.flatMap((folder) => {
    const { name, private: isPrivate } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    return isPrivate ? [] : [{ name, folder }];
  });
}
