/**
 * When to try again, for downloads and endpoints alike: what a server may recover from, how long it asks us to wait, and
 * otherwise a wait that doubles with each failure, half of it by chance, so that many clients do not return together.
 * (The chance is the system's own and not seeded: no result depends on it, and seeded it would do the opposite.)
 */
import { setTimeout } from 'node:timers/promises';

/** Longest wait of our own choosing. A server may ask for more. */
const MOST_MS = 20_000;

/** Statuses that say "not now": timeouts, too many requests, a server that is overloaded or starting. */
export const isTransient = (status: number) => [408, 425, 429, 500, 502, 503, 504, 529].includes(status);

/** @param failures how many there were before, 0 for the first wait */
export function backoffMs(failures: number, firstMs: number): number {
  const full = Math.min(MOST_MS, firstMs * 2 ** failures);
  return full / 2 + (full / 2) * Math.random();
}

/** What a `Retry-After` header asks for: seconds, or a date of HTTP (RFC 9110 §10.2.3). Nothing else counts. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d{1,9}(\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  // Dates begin with the name of a day; what else `Date.parse` reads ("-5") is no date here.
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
