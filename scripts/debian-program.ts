/**
 * Puts a program into a folder, from the packages of Debian or Ubuntu. No right of an administrator is
 * needed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface DebianProgram {
  /** Of the package and of the program. */
  name: string;
  /** Packages that are fetched if the package manager cannot say which ones are needed. */
  packages: readonly string[];
  /** The program in the folder. */
  path: string;
}

function run(command: string, parts: string[], folder?: string): { ok: boolean; text: string } {
  const { status, stdout, stderr, error } = spawnSync(command, parts, { cwd: folder, encoding: 'utf8' });
  return { ok: status === 0, text: error?.message ?? (status === 0 ? stdout : stderr.trim().slice(-300)) };
}

/** The package with those that it needs and that this machine lacks. */
function neededPackages({ name, packages }: DebianProgram): string[] {
  const { ok, text } = run('apt-get', ['install', '--simulate', '--no-install-recommends', name]);
  const names = ok ? [...text.matchAll(/^Inst (\S+)/gm)].map(([, found]) => found) : [];
  return names.includes(name) ? names : [...packages];
}

/** @returns why it could not be done */
export function addProgram(place: string, program: DebianProgram): string | undefined {
  const { name, path } = program;
  if (run(name, ['--version']).ok) {
    console.log(`${name} is on the PATH`);
    return undefined;
  }
  if (existsSync(join(place, path))) {
    console.log(`${name} is already in .extras`);
    return undefined;
  }
  mkdirSync(place, { recursive: true });
  const fetch = () => run('apt-get', ['download', ...neededPackages(program)], place);
  let fetched = fetch();
  // A fresh machine has no lists of packages yet.
  if (!fetched.ok && run('apt-get', ['update']).ok) fetched = fetch();
  if (!fetched.ok) return fetched.text;
  for (const file of globSync('*.deb', { cwd: place })) {
    const unpacked = run('dpkg', ['-x', file, '.'], place);
    if (!unpacked.ok) return unpacked.text;
    rmSync(join(place, file));
  }
  if (!existsSync(join(place, path))) return 'the packages do not have the program';
  console.log(`${name} is in .extras`);
  return undefined;
}
