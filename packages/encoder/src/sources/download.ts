/**
 * Downloads one file, completely or not at all, across broken connections and killed processes. A
 * retry, of this or of a later process, requests only the missing bytes (`Range`, RFC 9110 §14).
 * The file gets its final name, which is its hash, only after its hash is verified. A file that
 * changed on the server has another hash and starts from zero.
 */
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { errors } from '../errors.ts';
import {
  backoffMs,
  isTransient,
  networkReason,
  type RetryPolicy,
  retryAfterMs,
  TransientError,
  wait,
} from '../retry.ts';
import { hashOfFile } from './file-hash.ts';
import { claimPartial, completePath, releasePartial } from './partial-files.ts';

export interface Download {
  url: string;
  headers: Record<string, string>;
  /** For messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** 64 hexadecimal digits: SHA-256. 40 digits: git's blob hash. */
  hash: string;
  /** Folder of partial and complete files. */
  folder: string;
  retry: RetryPolicy;
  /** Called with the bytes of the file on disk, those of earlier attempts included. */
  onBytes(bytes: number): void;
  signal: AbortSignal | undefined;
}

/**
 * @returns the path of the complete, verified file
 * @throws LorekeepError `MODEL_HASH_MISMATCH`; `Error` with the reason if the server refuses or the
 *   retries are used up; `signal.reason`. The bytes received so far are kept for the next attempt
 */
export async function download(request: Download): Promise<string> {
  const { folder, hash, size, onBytes, name } = request;
  const complete = completePath(folder, hash);
  await mkdir(folder, { recursive: true });
  if ((await hashOfFile(complete, hash).catch(() => undefined)) === hash) {
    onBytes(size);
    return complete;
  }
  const path = await claimPartial(folder, hash);
  const file = await open(path, 'a');
  let keep = true;
  try {
    /** Whether the file may consist of pieces from several responses. */
    let spliced = (await file.stat()).size > 0;
    while (true) {
      spliced = (await fetchAll(request, file)) || spliced;
      await file.sync();
      const actual = await hashOfFile(path, hash);
      if (actual === hash) break;
      if (!spliced) {
        keep = false;
        throw errors.MODEL_HASH_MISMATCH({ file: name, expected: hash, actual });
      }
      // The pieces may come from different versions of the file: download it once more in one
      // piece.
      spliced = false;
      await file.truncate(0);
    }
  } catch (error) {
    await file.close();
    if (keep) await releasePartial(path, folder, hash);
    else await rm(path, { force: true });
    throw error;
  }
  await file.close();
  await rename(path, complete);
  return complete;
}

/** Retries until all bytes are there. Returns true if it took more than one response. */
async function fetchAll(request: Download, file: FileHandle): Promise<boolean> {
  const { size, signal, retry, name } = request;
  let farthest = (await file.stat()).size;
  let spliced = false;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    let received = (await file.stat()).size;
    try {
      if (received > size) await file.truncate((received = 0));
      if (received < size) await fetchRest(request, file, received);
      return spliced;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      received = (await file.stat()).size;
      if (received > farthest) failures = 0;
      farthest = Math.max(farthest, received);
      if (failures >= retry.retries)
        throw new Error(`${name}: ${error.message}, ${failures + 1} times; ${received} of ${size} bytes are kept`);
      await wait(error.waitMs ?? backoffMs(failures, retry.firstWaitMs), signal);
      failures++;
      spliced = true;
    }
  }
}

/** One request for the bytes from `received` on, appended to the file. */
async function fetchRest(request: Download, file: FileHandle, received: number): Promise<void> {
  const { url, headers, name, size, signal, retry, onBytes } = request;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), retry.stallMs);
  const signals = signal === undefined ? [stalled.signal] : [signal, stalled.signal];
  try {
    const response = await fetch(url, {
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(received > 0 ? { range: `bytes=${received}-` } : {}),
      },
      signal: AbortSignal.any(signals),
    });
    const { status } = response;
    if (isTransient(status))
      throw new TransientError(`HTTP ${status}`, retryAfterMs(response.headers.get('retry-after')));
    // 416: the server's file is shorter than ours. 206 with another range: not the continuation of
    // our file.
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const continues = Number(range?.[1]) === received && (range?.[2] === '*' || Number(range?.[2]) === size);
    if (status === 416 || (status === 206 && !continues)) {
      await file.truncate(0);
      throw new TransientError(`it has no byte ${received} of ${size}`);
    }
    if (!response.ok || response.body === null) throw new Error(`${name}: HTTP ${status}`);
    // The server does not support ranges and sends the whole file.
    if (status !== 206 && received > 0) await file.truncate((received = 0));
    for await (const chunk of response.body) {
      timer.refresh();
      received += chunk.length;
      if (received > size) throw new Error(`${name} is longer than the ${size} bytes announced`);
      await file.write(chunk);
      onBytes(received);
    }
  } catch (error) {
    if (stalled.signal.aborted) throw new TransientError(`no data for ${retry.stallMs / 1000} s`);
    // `fetch` reports every network failure as a TypeError.
    if (error instanceof TypeError) throw new TransientError(networkReason(error));
    throw error;
  } finally {
    clearTimeout(timer);
  }
  if (received < size) throw new TransientError(`it ended after ${received} of ${size} bytes`);
}
