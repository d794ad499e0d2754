/** Files of any size: one call of the system reads or writes at most 2 GB. */
import { type FileHandle, open } from 'node:fs/promises';
import { errorCode } from '@lorekeep/core';

const READ_BYTES = 1 << 26;

/** The bytes of a file from `from` on; `undefined` if there is no such file. */
export async function readAll(path: string, from = 0): Promise<Buffer | undefined> {
  const file = await open(path, 'r').catch((error) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const bytes = Buffer.allocUnsafeSlow(Math.max(0, size - from));
    let read = 0;
    while (read < bytes.length) {
      const { bytesRead } = await file.read(bytes, read, Math.min(READ_BYTES, bytes.length - read), from + read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return bytes.subarray(0, read);
  } finally {
    await file.close();
  }
}

/** Writes everything at the end of what was written; one call of the system if the file takes it at once. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await file.write(bytes, written)).bytesWritten;
}
