/**
 * Errors as problem details (RFC 9457). `code`, `hint` and `error` are extension members. `error` is
 * the whole body that the service had before: clients that read it need no change. It also has the
 * details, which are not repeated beside it because they can be long.
 */
import { STATUS_CODES } from 'node:http';
import type { LorekeepError } from '@lorekeep/core';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** For the answers to requests that no hook has seen: a browser must not guess, a cache must not keep. */
export const BARE_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

export interface Problem {
  /** One URI for each code. It identifies the kind of problem and leads to no page. */
  type: string;
  /** The kind of problem, the same for every occurrence. */
  title: string;
  status: number;
  detail: string;
  /** This occurrence: the id of the request in the log. */
  instance?: string;
  code: string;
  hint?: string;
  error: { code: string; message: string; hint?: string; details?: Record<string, unknown> };
}

/** @param requestId of a request that could be read; `undefined` for any other */
export function problemOf(
  error: LorekeepError,
  status: number,
  requestId: string | undefined,
  hint = error.hint,
): Problem {
  const { code, message, details } = error.toJSON();
  const advice = hint === undefined ? {} : { hint };
  return {
    type: `urn:lorekeep:error:${code}`,
    title: titleOf(code, status),
    status,
    detail: message,
    ...(requestId === undefined ? {} : { instance: `urn:lorekeep:request:${requestId}` }),
    code,
    ...advice,
    error: { code, message, ...advice, ...(details === undefined ? {} : { details }) },
  };
}

/** `ITEM_NOT_FOUND` → `Item not found`; `INTERNAL` → `Internal Server Error`. */
function titleOf(code: string, status: number): string {
  if (!code.includes('_')) return STATUS_CODES[status] ?? code;
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words[0].toUpperCase() + words.slice(1);
}
