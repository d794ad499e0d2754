/**
 * The body of an upload as chunks: decompressed, at the pace at which they are taken, and with an end
 * to waiting. Nothing here closes the connection, so that a refusal can still be answered.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { errors as httpErrors, quoted } from '../http/errors.ts';

/** What is still read and thrown away after a refusal, so that a client which is sending sees it. */
const DRAINED = { bytes: 2 ** 23, ms: 2_000 };

/** A client stopped sending. */
export class Stalled extends Error {}

/**
 * @param stallMs how long to wait for the next chunk
 * @throws LorekeepError `MEDIA_TYPE_UNSUPPORTED`, `REQUEST_MALFORMED`; `Stalled`
 */
export async function* bodyChunks(request: IncomingMessage, stallMs: number): AsyncGenerator<Uint8Array> {
  const stream = decompressed(request);
  const chunks = stream.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const { done, value } = await soon(chunks.next(), stallMs);
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw bodyProblem(error) ?? error;
  } finally {
    if (stream !== request) stream.destroy();
  }
}

/** Only waiting for the client counts, not the time in which nothing is taken. */
async function soon<T>(next: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Stalled()), ms);
  });
  try {
    return await Promise.race([next, stalled]);
  } finally {
    clearTimeout(timer);
  }
}

function decompressed(request: IncomingMessage): Readable {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = request.headers;
  switch (encoding.toLowerCase()) {
    case 'identity':
      return request;
    case 'gzip':
      break;
    default:
      throw httpErrors.MEDIA_TYPE_UNSUPPORTED({ given: quoted(`${type} with content-encoding ${encoding}`) });
  }
  const gunzip = createGunzip();
  // It may fail after nothing is taken from it any more.
  gunzip.on('error', () => {});
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

/** `undefined` for an error that has nothing to do with the body. */
function bodyProblem(error: unknown): Error | undefined {
  const { code = '' } = error as { code?: string };
  if (code.startsWith('Z_')) return httpErrors.REQUEST_MALFORMED({ reason: 'its body is not valid gzip' }, error);
  const isCut = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
  if (!isCut) return undefined;
  return httpErrors.REQUEST_MALFORMED({ reason: 'the connection was closed before the body was complete' }, error);
}

/**
 * Lets a client finish, within limits, before it is refused: most clients read no answer while they
 * are still sending.
 */
export async function drain(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  const stop = new AbortController();
  request.unpipe();
  request.on('error', () => stop.abort());
  request.on('end', () => stop.abort());
  request.on('close', () => stop.abort());
  request.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > DRAINED.bytes) stop.abort();
  });
  request.resume();
  await wait(DRAINED.ms, undefined, { signal: stop.signal }).catch(() => {});
  request.pause();
}
