/**
 * Entries on disk, to be read more than once: an alignment is fitted on all of them before the first
 * is written. The file has no name after it is opened, so a killed process leaves nothing.
 */
import { randomBytes } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemError } from '@lorekeep/core';
import type { KnowledgeEntries } from '../contract/data.ts';

interface Batch {
  kind: KnowledgeEntries['kind'];
  at: number;
  textBytes: number;
  valueBytes: number;
}

export interface Spool {
  /** Entries of each kind so far. */
  readonly counts: Readonly<Record<KnowledgeEntries['kind'], number>>;
  add(entries: KnowledgeEntries): Promise<void>;
  batches(): AsyncGenerator<KnowledgeEntries>;
  close(): Promise<void>;
}

/** @throws LorekeepError `DISK_FULL`, `PATH_…` */
export async function createSpool(): Promise<Spool> {
  const path = join(tmpdir(), `lorekeep-knowledge-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx+').catch((error) => {
    throw systemError(error, path);
  });
  await rm(path, { force: true });
  const batches: Batch[] = [];
  const counts = { user: 0, item: 0, userCategory: 0 };
  let end = 0;
  const read = async (at: number, length: number) => {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) done += (await file.read(bytes, done, length - done, at + done)).bytesRead;
    return bytes;
  };
  return {
    counts,
    async add({ kind, ids, categories, values }) {
      const text = Buffer.from(JSON.stringify([ids, categories]));
      const numbers = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
      try {
        for (const part of [text, numbers])
          for (let done = 0; done < part.length; ) {
            const { bytesWritten } = await file.write(part, done, part.length - done, end);
            done += bytesWritten;
            end += bytesWritten;
          }
      } catch (error) {
        throw systemError(error, path);
      }
      batches.push({
        kind,
        at: end - text.length - numbers.length,
        textBytes: text.length,
        valueBytes: numbers.length,
      });
      counts[kind] += ids.length;
    },
    async *batches() {
      for (const { kind, at, textBytes, valueBytes } of batches) {
        const [ids, categories] = JSON.parse((await read(at, textBytes)).toString());
        const values = new Float32Array((await read(at + textBytes, valueBytes)).buffer, 0, valueBytes / 4);
        yield { kind, ids, ...(categories === null ? {} : { categories }), values };
      }
    },
    close: () => file.close(),
  };
}
