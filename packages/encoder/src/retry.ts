/**
 * When to retry, for downloads and endpoints alike: which failures are transient, how long the
 * server asks us to wait, and otherwise an exponential backoff with 50 % jitter, so that many
 * clients do not come back at the same time. (The jitter is not seeded: no result depends on it,
 * and seeded jitter would synchronise the clients.)
 */
import { setTimeout } from 'node:timers/promises';

export interface RetryPolicy {
  /** Consecutive failures without progress that are tolerated. */
  retries: number;
  /** Wait after the first failure. It doubles with each further failure. */
  firstWaitMs: number;
  /** The connection counts as broken after this time without a byte. */
  stallMs: number;
}

/** A failure that a retry may overcome. */
export class TransientError extends Error {
  /** The wait that the server asks for. */
  readonly waitMs: number | undefined;

  constructor(reason: string, waitMs?: number) {
    super(reason);
    this.waitMs = waitMs;
  }
}

/** Longest wait that we choose ourselves. A server may ask for more. */
const MAX_BACKOFF_MS = 20_000;

/**
 * HTTP statuses that mean "not now": timeouts, too many requests, an overloaded or starting server.
 */
export const isTransient = (status: number) => [408, 425, 429, 500, 502, 503, 504, 529].includes(status);

/** @param failures previous failures, 0 before the first wait */
export function backoffMs(failures: number, firstWaitMs: number): number {
  const full = Math.min(MAX_BACKOFF_MS, firstWaitMs * 2 ** failures);
  return full / 2 + (full / 2) * Math.random();
}

/**
 * The wait in a `Retry-After` header: seconds, or an HTTP date (RFC 9110 §10.2.3). Other values are
 * ignored.
 */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  // HTTP dates begin with the name of a day. `Date.parse` also reads values such as "-5", which are
  // not dates here.
  const date = /^\s*[A-Za-z]/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** @throws `signal.reason` when aborted */
export async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/**
 * The first error code in a chain of causes, else the last message: `fetch` hides the reason in
 * `cause`.
 */
export function networkReason(error: unknown): string {
  let reason = 'the connection failed';
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code, message } = current as NodeJS.ErrnoException;
    if (typeof code === 'string') return code;
    reason = message;
  }
  return reason;
}
