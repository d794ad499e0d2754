/**
 * Builds what is published: JavaScript, declarations and source maps of every public package, in its
 * `dist/`. Development and tests run the sources and need no build.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleDeclarations } from './declarations.ts';
import { publicPackages, ROOT } from './packages.ts';
import { bundleTfjs } from './tfjs.ts';

/** Where the compiler writes, in the layout of the repository. */
const COMPILED = join(ROOT, '.build');

export async function build(): Promise<void> {
  rmSync(COMPILED, { recursive: true, force: true });
  compile();
  for (const { folder } of publicPackages()) {
    const from = join(COMPILED, folder, 'src');
    const dist = join(ROOT, folder, 'dist');
    rmSync(dist, { recursive: true, force: true });
    cpSync(from, dist, { recursive: true });
    pointMapsAtSources(dist, from);
  }
  await bundleTfjs();
  buildForBrowsers('dashboard');
  buildForBrowsers('snippet');
  await bundleDeclarations(COMPILED);
  rmSync(COMPILED, { recursive: true });
}

function compile(): void {
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  const { status } = spawnSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) throw new Error('the sources do not compile');
}

/** What browsers load from the service, after the `dist/` of its package is there. */
function buildForBrowsers(name: 'dashboard' | 'snippet'): void {
  const builder = join(ROOT, 'packages', name, 'build', 'main.ts');
  const { status } = spawnSync(process.execPath, [builder], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the files of packages/${name} for browsers cannot be built`);
}

/** The paths in a map are relative to the folder in which the compiler wrote it. */
function pointMapsAtSources(dist: string, from: string): void {
  for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.map')) continue;
    const path = join(dist, name);
    const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: string[] };
    const written = dirname(join(from, name));
    map.sources = map.sources.map((source) => relative(dirname(path), resolve(written, source)).replaceAll('\\', '/'));
    writeFileSync(path, JSON.stringify(map));
  }
}

if (import.meta.main) await build();
