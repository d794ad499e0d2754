/**
 * Which failures are tried again, and when. A request that may have been carried out is sent again
 * only if doing it twice is the same as doing it once.
 */
import { ConnectionError, ServiceError } from './failures.ts';
import type { OperationName } from './types.ts';

/** Longest wait between two tries, in ms. */
const MAX_WAIT = 30_000;
const FIRST_WAIT = 100;

/** All others may be sent twice. Events may if each has an id. */
const NOT_IDEMPOTENT = new Set<OperationName>(['createKey', 'rotateKey']);

export function isIdempotent(operation: OperationName, body: unknown): boolean {
  if (operation === 'bulkEvents') return String(body).split('\n').every(lineHasId);
  if (operation !== 'appendEvents') return !NOT_IDEMPOTENT.has(operation);
  return [body].flat().every(hasId);
}

const hasId = (event: unknown) => (event as { id?: unknown } | null)?.id !== undefined;

function lineHasId(line: string): boolean {
  try {
    return line.trim() === '' || hasId(JSON.parse(line));
  } catch {
    return false;
  }
}

/**
 * How long to wait before the next try, in ms; `undefined` if there is none.
 * @param tries how many have failed
 */
export function waitBefore(error: unknown, tries: number, idempotent: boolean): number | undefined {
  // Half of it is random, so that clients that failed together do not come back together.
  const wait = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
  if (error instanceof ConnectionError) return idempotent ? wait : undefined;
  if (!(error instanceof ServiceError)) return undefined;
  const { status, code, retryAfter } = error;
  if (status === 502 || status === 504) return idempotent ? wait : undefined;
  // Our service says so itself when nothing was done; a proxy may have passed the request on.
  const isRefused = (status === 429 || status === 503) && retryAfter !== undefined;
  if (!isRefused || (code === undefined && !idempotent) || retryAfter * 1000 > MAX_WAIT) return undefined;
  return Math.max(wait, retryAfter * 1000);
}
