/**
 * The two hashes that hubs give for files: SHA-256 for large files, git's blob hash for small ones.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { sha256OfFile } from '@lorekeep/core';

/** True for 40 (git blob) or 64 (SHA-256) hexadecimal digits. */
export const isFileHash = (text: string) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/** Hash of a file, of the same kind as `like`. */
export function hashOfFile(path: string, like: string): Promise<string> {
  return like.length === 64 ? sha256OfFile(path) : gitBlobHash(path);
}

async function gitBlobHash(path: string): Promise<string> {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
