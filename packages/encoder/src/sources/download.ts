/**
 * One file from a server, whole or not at all, however often the connection breaks or the process is killed. Bytes go to
 * a partial file that is named by the hash of what it shall become, so that the next attempt, of this process or a later
 * one, asks for the rest alone (`Range`, RFC 9110 §14); a file that has changed on the server has another hash and so
 * begins anew. Only what has the right hash gets the final name, which is the hash itself.
 *
 *     downloads/HASH                       whole, verified, waiting to become part of a model
 *     downloads/HASH.MACHINE-PID-ANY.part  being written by that process
 *     downloads/HASH.part                  given up by its process, free for the next
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sha256, sha256OfFile } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { backoffMs, isTransient, retryAfterMs, wait } from '../retry.ts';

/** How patient a source is. */
export interface Patience {
  /** Failures in a row, none of which brought the file any further, that are survived. */
  retries: number;
  /** First wait after a failure; it doubles. */
  retryMs: number;
  /** So long a server may send nothing before the connection counts as broken. */
  stallMs: number;
}

export interface Download {
  url: string;
  headers: Record<string, string>;
  /** For messages. */
  name: string;
  /** Bytes. */
  size: number;
  /** 64 hexadecimal digits: SHA-256; 40: git's hash of the file as a blob. */
  hash: string;
  /** Where partial and whole files lie. */
  folder: string;
  patience: Patience;
  /** Bytes of the file that are there, those of former attempts included. */
  onBytes(there: number): void;
  signal: AbortSignal | undefined;
}

/** A partial file that nobody has written to for so long belongs to nobody. */
const ABANDONED_MS = 10 * 60_000;
const MACHINE = sha256(hostname()).slice(0, 8);

/** A failure that may pass. */
class Passing extends Error {
  readonly waitMs: number | undefined;
  constructor(reason: string, waitMs?: number) {
    super(reason);
    this.waitMs = waitMs;
  }
}

/**
 * The path of the whole, verified file.
 * @throws LorekeepError `MODEL_HASH_MISMATCH`; `Error` with the reason when the server refuses or patience is at an end;
 *   `signal.reason`. What was fetched until then is kept for the next attempt
 */
export async function download(what: Download): Promise<string> {
  const { folder, hash, size, signal, patience, onBytes, name } = what;
  const whole = join(folder, hash);
  await mkdir(folder, { recursive: true });
  if ((await hashOfFile(whole, hash).catch(() => undefined)) === hash) {
    onBytes(size);
    return whole;
  }
  const path = await claim(folder, hash);
  const file = await open(path, 'a');
  let kept = true;
  try {
    let farthest = (await file.stat()).size;
    let spliced = farthest > 0;
    for (let failures = 0; ; ) {
      signal?.throwIfAborted();
      let there = (await file.stat()).size;
      try {
        if (there > size) await file.truncate((there = 0));
        if (there < size) await fetchRest(what, file, there);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Passing)) throw error;
        there = (await file.stat()).size;
        if (there > farthest) failures = 0;
        farthest = Math.max(farthest, there);
        if (failures >= patience.retries)
          throw new Error(`${name}: ${error.message}, ${failures + 1} times; ${there} of ${size} bytes are kept`);
        await wait(error.waitMs ?? backoffMs(failures, patience.retryMs), signal);
        failures++;
        spliced = true;
        continue;
      }
      await file.sync();
      const actual = await hashOfFile(path, hash);
      if (actual === hash) break;
      if (!spliced) {
        kept = false;
        throw errors.MODEL_HASH_MISMATCH({ file: name, expected: hash, actual });
      }
      // Pieces of different origin: once more, in one piece.
      spliced = false;
      farthest = 0;
      await file.truncate(0);
    }
  } catch (error) {
    await file.close();
    if (kept) await rename(path, join(folder, `${hash}.part`));
    else await rm(path, { force: true });
    throw error;
  }
  await file.close();
  await rename(path, whole);
  return whole;
}

async function fetchRest(what: Download, file: FileHandle, there: number): Promise<void> {
  const { url, headers, name, size, signal, patience, onBytes } = what;
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), patience.stallMs);
  const signals = signal === undefined ? [stalled.signal] : [signal, stalled.signal];
  try {
    const response = await fetch(url, {
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(there > 0 ? { range: `bytes=${there}-` } : {}),
      },
      signal: AbortSignal.any(signals),
    });
    const { status } = response;
    if (isTransient(status)) throw new Passing(`HTTP ${status}`, retryAfterMs(response.headers.get('retry-after')));
    // 416: the server's file is shorter than what we have; 206 of another place or file: not the rest of ours.
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const rest = Number(range?.[1]) === there && (range?.[2] === '*' || Number(range?.[2]) === size);
    if (status === 416 || (status === 206 && !rest)) {
      await file.truncate(0);
      throw new Passing(`it has no byte ${there} of ${size}`);
    }
    if (!response.ok || response.body === null) throw new Error(`${name}: HTTP ${status}`);
    // The server does not know ranges and sends everything.
    if (status !== 206 && there > 0) await file.truncate((there = 0));
    for await (const chunk of response.body) {
      timer.refresh();
      there += chunk.length;
      if (there > size) throw new Error(`${name} is longer than the ${size} bytes announced`);
      await file.write(chunk);
      onBytes(there);
    }
  } catch (error) {
    if (stalled.signal.aborted) throw new Passing(`nothing came for ${patience.stallMs / 1000} s`);
    if (error instanceof TypeError) throw new Passing(networkReason(error));
    throw error;
  } finally {
    clearTimeout(timer);
  }
  if (there < size) throw new Passing(`it ended after ${there} of ${size} bytes`);
}

/** `fetch` reports all that goes wrong on the way as a `TypeError` whose cause says what. */
export function networkReason(error: TypeError): string {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? error.message;
}

/** A partial file of one's own: the longest that somebody has left, else a new one. */
async function claim(folder: string, hash: string): Promise<string> {
  const own = join(folder, `${hash}.${MACHINE}-${process.pid}-${randomBytes(4).toString('hex')}.part`);
  const left: { path: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${hash}.`) || !name.endsWith('.part')) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    const [machine, pid] = name.slice(hash.length + 1, -'part'.length).split(/[-.]/);
    const free =
      machine === '' ||
      (machine === MACHINE && !isAlive(Number(pid))) ||
      Date.now() - (found?.mtimeMs ?? 0) > ABANDONED_MS;
    if (found !== undefined && free) left.push({ path, size: found.size });
  }
  left.sort((a, b) => b.size - a.size);
  for (const { path } of left) {
    try {
      // Touched before it is taken: under its new name it must not look abandoned for a moment.
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

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** In the kind of hash that `like` is. */
export function hashOfFile(path: string, like: string): Promise<string> {
  return like.length === 64 ? sha256OfFile(path) : gitBlobHash(path);
}

async function gitBlobHash(path: string): Promise<string> {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
