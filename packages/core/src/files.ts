/**
 * Files and directories that are replaced atomically: written under a temporary name beside their
 * place, flushed to disk, then renamed. A reader sees either the old content or the new, also after
 * a power failure (POSIX rename semantics).
 */
import { createHash, hash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemError } from './system-errors.ts';

/**
 * Replaces a file's content atomically and durably. Creates missing parent directories.
 * @throws LorekeepError `DISK_FULL`, `PATH_…`
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await makeParent(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw systemError(error, path);
  }
  await syncDirectory(dirname(path));
}

/**
 * Creates a directory under a temporary name and renames it into place when `fill` is done. `path`
 * must not exist, because a directory written in this way is never changed. If `fill` throws,
 * nothing is left behind. Creates missing parent directories.
 * @throws LorekeepError `DISK_FULL`, `PATH_…`
 */
export async function writeDirectoryAtomic(path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await makeParent(path);
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(temporary);
    await fill(temporary);
    await syncTree(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw systemError(error, path);
  }
  await syncDirectory(dirname(path));
}

async function makeParent(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw systemError(error, path);
  });
}

async function syncTree(directory: string): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else await syncDirectory(path);
  }
  await syncDirectory(directory);
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** SHA-256 of a file in hexadecimal. The file is read as a stream. */
export async function sha256OfFile(path: string): Promise<string> {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sum.update(chunk as Buffer);
  return sum.digest('hex');
}

/** SHA-256 of a string (as UTF-8) or of bytes, in hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}
