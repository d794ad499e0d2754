/**
 * Keys on disk: a file of JSON lines, to which every change adds one. The command line and a service
 * may change keys at the same time, because a line is appended in one write. The file holds hashes
 * of secrets, never a secret. Only its owner may read it.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemError } from '@lorekeep/core';
import { z } from 'zod';
import { errors } from './errors.ts';
import { SCOPES } from './scopes.ts';

/** SHA-256 in hexadecimal. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const id = z.string().regex(/^[0-9a-f]{12}$/);
/** Unix seconds. */
const time = z.number().nonnegative();

export const rateSchema = z.strictObject({
  perSecond: z.number().min(0.01).max(1e6).describe('Requests per second, in the long run.'),
  burst: z.int().min(1).max(1e6).describe('Requests at once.'),
});

const changeSchema = z.discriminatedUnion('change', [
  z.strictObject({
    change: z.literal('created'),
    at: time,
    id,
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)).min(1),
    namespace: z.string(),
    hash,
    expiresAt: time.optional(),
    rate: rateSchema.optional(),
  }),
  /** The former secret is accepted until `formerUntil`. */
  z.strictObject({ change: z.literal('rotated'), at: time, id, hash, formerUntil: time }),
  z.strictObject({ change: z.literal('revoked'), at: time, id }),
]);
export type KeyChange = z.infer<typeof changeSchema>;

/**
 * All changes, oldest first; none if there is no file.
 * @throws LorekeepError `KEYS_DAMAGED`, `PATH_…`
 */
export async function readChanges(path: string): Promise<KeyChange[]> {
  const text = await textOf(path);
  // What follows the last line end was being written when a process ended; nobody was told that it is there.
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line, at) => {
    const change = changeSchema.safeParse(parsed(line));
    if (!change.success) throw errors.KEYS_DAMAGED({ path, line: at + 1 });
    return change.data;
  });
}

/**
 * Adds a change; it is on disk when this resolves.
 * @throws LorekeepError `DISK_FULL`, `PATH_…`
 */
export async function appendChange(path: string, change: KeyChange): Promise<void> {
  try {
    const isNew = (await markOf(path)) === '';
    const file = await open(path, 'a', 0o600);
    try {
      const text = await readFile(path, 'utf8');
      const complete = text.slice(0, text.lastIndexOf('\n') + 1);
      if (complete !== text) await file.truncate(Buffer.byteLength(complete));
      await file.write(`${JSON.stringify(change)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(dirname(path));
  } catch (error) {
    throw systemError(error, path);
  }
}

/** Changes with the file; empty if there is none. */
export async function markOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${ino}/${size}/${mtimeMs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw systemError(error, path);
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw systemError(error, path);
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
