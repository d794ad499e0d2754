/**
 * Items and events of any number, sent in batches of lines. Each batch is acknowledged before the next
 * is sent, so an upload that ends early can be resumed where it was.
 */
import type { Client } from './client.ts';
import { ServiceError } from './failures.ts';
import type { Answer, EventInput, ItemInput } from './types.ts';

export interface UploadOptions {
  /** At a record that is not valid: end the upload, or go on. Default `'stop'`. */
  onError?: 'stop' | 'skip';
  /** Records to leave out at the start: `done` of the upload that is resumed. Default 0. */
  from?: number;
  /** Records of one request. Default 1,000. */
  batch?: number;
  /** Is told after each batch. */
  onProgress?: (uploaded: Uploaded) => void;
  /** Ends the upload; it rejects with `UploadError`. */
  signal?: AbortSignal;
}

/** What an upload has done. */
export interface Uploaded {
  /** Records from the first one that are done: on disk, or refused. Of events also those with a stored id. */
  done: number;
  /** On disk now and not there before; of items all that are on disk now. */
  accepted: number;
  /** Events whose id was stored already. */
  duplicates: number;
  refused: number;
  /** The first 100 of what was refused, by the number of the record from 1. */
  problems: { record: number; code: string; message: string }[];
}

/** The upload ended early. `cause` is the reason: a `ServiceError`, a `ConnectionError`, or that of the signal. */
export class UploadError extends Error {
  override readonly name = 'UploadError';
  /** Resume with `{ from: error.uploaded.done }`. */
  readonly uploaded: Uploaded;

  constructor(uploaded: Uploaded, cause: unknown) {
    super(`The upload ended after ${uploaded.done} records: ${(cause as Error).message}`, { cause });
    this.uploaded = uploaded;
  }
}

type Progress = Answer<'bulkEvents'> | Answer<'bulkItems'>;
type Send = (body: string) => Promise<Progress>;
type Records<T> = Iterable<T> | AsyncIterable<T>;

const MAX_PROBLEMS = 100;
/** A batch ends before this many characters, whatever the number of its records. */
const MAX_LENGTH = 4_000_000;

/**
 * Sends events. One without an `id` gets one, so that a batch which is sent again is stored once. To
 * resume in another process, give events ids of your own.
 * @throws UploadError
 * @example
 * const { accepted } = await uploadEvents(client, readEvents('log.jsonl'), { onError: 'skip' });
 */
export function uploadEvents(
  client: Client,
  events: Records<EventInput>,
  options: UploadOptions = {},
): Promise<Uploaded> {
  const { onError = 'stop', signal } = options;
  const send: Send = (body) => client.bulkEvents({ query: { onError }, body }, { signal });
  return upload(events, (event) => ({ id: crypto.randomUUID(), ...event }), send, options);
}

/**
 * Sends items. An item that exists is replaced as a whole, so sending one again changes nothing.
 * @throws UploadError
 */
export function uploadItems(client: Client, items: Records<ItemInput>, options: UploadOptions = {}): Promise<Uploaded> {
  const { onError = 'stop', signal } = options;
  const send: Send = (body) => client.bulkItems({ query: { onError }, body }, { signal });
  return upload(items, (item) => item, send, options);
}

async function upload<T>(
  records: Records<T>,
  prepare: (one: T) => object,
  send: Send,
  options: UploadOptions,
): Promise<Uploaded> {
  const { from = 0, batch = 1_000, onProgress, signal } = options;
  const uploaded: Uploaded = { done: from, accepted: 0, duplicates: 0, refused: 0, problems: [] };
  let lines: string[] = [];
  let length = 0;
  let left = from;

  function add(progress: Progress): void {
    const before = uploaded.done;
    uploaded.done += progress.lastLine;
    uploaded.accepted += progress.accepted;
    uploaded.duplicates += 'duplicates' in progress ? progress.duplicates : 0;
    uploaded.refused += progress.refused;
    const problems = progress.problems.map(({ line, code, message }) => ({ record: before + line, code, message }));
    uploaded.problems.push(...problems.slice(0, MAX_PROBLEMS - uploaded.problems.length));
  }

  async function flush(): Promise<void> {
    if (lines.length === 0) return;
    const body = lines.join('');
    lines = [];
    length = 0;
    add(await send(body));
    onProgress?.({ ...uploaded });
  }

  try {
    for await (const record of records) {
      signal?.throwIfAborted();
      if (left > 0) {
        left--;
        continue;
      }
      const line = `${JSON.stringify(prepare(record))}\n`;
      if (lines.length >= batch || length + line.length > MAX_LENGTH) await flush();
      lines.push(line);
      length += line.length;
    }
    await flush();
    return uploaded;
  } catch (error) {
    const progress = error instanceof ServiceError ? (error.details?.progress as Progress | undefined) : undefined;
    if (progress !== undefined) add(progress);
    throw new UploadError(uploaded, error);
  }
}
