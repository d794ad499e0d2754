/**
 * Partial downloads. A partial file is named after the hash of the complete file, so that any later
 * process can resume it. Two processes never write to the same partial file.
 *
 *     downloads/HASH                          complete and verified, not yet part of a model
 *     downloads/HASH.MACHINE-PID-RANDOM.part  a process is writing it
 *     downloads/HASH.part                     released by its process, free to resume
 */
import { randomBytes } from 'node:crypto';
import { readdir, rename, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@lorekeep/core';

/**
 * A partial file is free if it was not written to for this time, even if its process may still run
 * elsewhere.
 */
const ABANDONED_MS = 10 * 60_000;
const MACHINE = sha256(hostname()).slice(0, 8);

export const completePath = (folder: string, hash: string) => join(folder, hash);

/**
 * Takes the longest free partial file for this process. Returns its new path, or the path of a file
 * yet to be created.
 */
export async function claimPartial(folder: string, hash: string): Promise<string> {
  const own = join(folder, `${hash}.${MACHINE}-${process.pid}-${randomBytes(4).toString('hex')}.part`);
  const free: { path: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${hash}.`) || !name.endsWith('.part')) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    const [machine, pid] = name.slice(hash.length + 1, -'part'.length).split(/[-.]/);
    const isFree =
      machine === '' ||
      (machine === MACHINE && !isAlive(Number(pid))) ||
      Date.now() - (found?.mtimeMs ?? 0) > ABANDONED_MS;
    if (found !== undefined && isFree) free.push({ path, size: found.size });
  }
  free.sort((a, b) => b.size - a.size);
  for (const { path } of free) {
    try {
      // Touched before the rename: under its new name it must never look abandoned.
      await utimes(path, new Date(), new Date());
      await rename(path, own);
      return own;
    } catch (error) {
      // Another process took it first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return own;
}

/** Makes a partial file free for other processes. */
export async function releasePartial(path: string, folder: string, hash: string): Promise<void> {
  await rename(path, join(folder, `${hash}.part`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
