/**
 * A folder that appears with all its content or not at all, and leaves nothing behind for long: what a
 * killed process has left is removed when the next folder is made in the same place.
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { errorCode, systemError, writeDirectoryAtomic } from '@lorekeep/core';

/** In an unfinished folder: which process makes it. */
const OWNER = 'unfinished.json';
const UNFINISHED = /\.[0-9a-f]{12}\.tmp$/;

/** @param fill writes the content into the folder that it is given */
export async function makeFolder(path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw systemError(error, path);
  });
  await removeAbandoned(dirname(path));
  await writeDirectoryAtomic(path, async (directory) => {
    const owner = join(directory, OWNER);
    await writeFile(owner, JSON.stringify({ pid: process.pid, host: hostname() }));
    await fill(directory);
    await rm(owner);
  });
}

/** Whether something is at a path. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw systemError(error, path);
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (UNFINISHED.test(name) && (await isAbandoned(join(parent, name))))
      await rm(join(parent, name), { recursive: true, force: true });
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(join(directory, OWNER), 'utf8'));
    if (host !== hostname() || typeof pid !== 'number') return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}
