/**
 * Builds the published packages and packs them into a folder, from which `npm install` takes them:
 * `pnpm pack:all FOLDER`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from './main.ts';
import { publicPackages, ROOT } from './packages.ts';

/**
 * @param folder is created if it is missing
 * @returns the paths of the packed files
 */
export async function packAll(folder: string): Promise<string[]> {
  await build();
  mkdirSync(folder, { recursive: true });
  const filters = publicPackages().flatMap(({ name }) => ['--filter', name]);
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['-y', 'pnpm@12', '-r', ...filters, 'pack', '--pack-destination', folder],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the packages cannot be packed\n${stdout}${stderr}`);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name));
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    console.error('Name a folder for the packages: npx -y pnpm@12 pack:all FOLDER');
    process.exit(2);
  }
  // The package manager runs scripts in the root of the repository.
  const typedIn = process.env.INIT_CWD ?? process.cwd();
  const packed = await packAll(resolve(typedIn, folder));
  console.log(`${packed.length} packages in ${resolve(typedIn, folder)}`);
}
