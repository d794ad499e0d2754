/** Puts the program redis-server into a folder, from the packages of Debian or Ubuntu. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = 'redis-server';

function run(command: string, parts: string[], folder?: string): { ok: boolean; text: string } {
  const { status, stdout, stderr, error } = spawnSync(command, parts, { cwd: folder, encoding: 'utf8' });
  return { ok: status === 0, text: error?.message ?? (status === 0 ? stdout : stderr.trim().slice(-300)) };
}

/** The package with those that it needs and that this machine lacks. */
function neededPackages(): string[] {
  const { ok, text } = run('apt-get', ['install', '--simulate', '--no-install-recommends', PACKAGE]);
  const names = ok ? [...text.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name) : [];
  return names.includes(PACKAGE) ? names : [PACKAGE, 'redis-tools', 'libjemalloc2', 'liblzf1'];
}

/** @returns why it could not be done */
export function addRedisServer(place: string): string | undefined {
  if (run(PACKAGE, ['--version']).ok) {
    console.log(`${PACKAGE} is on the PATH`);
    return undefined;
  }
  if (existsSync(join(place, 'usr/bin', PACKAGE))) {
    console.log(`${PACKAGE} is already in .extras`);
    return undefined;
  }
  mkdirSync(place, { recursive: true });
  let fetched = run('apt-get', ['download', ...neededPackages()], place);
  // A fresh machine has no lists of packages yet.
  if (!fetched.ok && run('apt-get', ['update']).ok) fetched = run('apt-get', ['download', ...neededPackages()], place);
  if (!fetched.ok) return fetched.text;
  for (const file of globSync('*.deb', { cwd: place })) {
    const unpacked = run('dpkg', ['-x', file, '.'], place);
    if (!unpacked.ok) return unpacked.text;
    rmSync(join(place, file));
  }
  if (!existsSync(join(place, 'usr/bin', PACKAGE))) return 'the packages do not have the program';
  console.log(`${PACKAGE} is in .extras`);
  return undefined;
}
