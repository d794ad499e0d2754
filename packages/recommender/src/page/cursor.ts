/**
 * Cursors: opaque texts that continue a list. A cursor holds what was shown so far (6 bytes of a hash
 * for each item), and is bound to the published version and to the request. The next page is the list
 * of the same request without what was shown. So no item comes twice and none is passed over, also if
 * the user has done something in between and the order has changed.
 *
 * A cursor is checked and not signed: a forged one only changes what its own list leaves out.
 */
import { hash } from 'node:crypto';
import { errors } from '../errors.ts';

/** Most items that the pages of one list have together. */
export const MAX_SHOWN = 1_000;

const FORMAT = 1;
const DIGEST = 8;
const SHOWN = 6;
const HEAD = 1 + 2 * DIGEST;

/** What a cursor belongs to. */
export interface CursorBinding {
  /** The published version. */
  version: string;
  /** The request, less what may differ between two pages. */
  request: unknown;
}

/** What the pages before have shown. */
export interface Shown {
  readonly count: number;
  has(id: string): boolean;
  /** The cursor behind a further page; `undefined` if the list ends with it. */
  next(ids: readonly string[]): string | undefined;
}

/**
 * @param cursor as it was given out. Default: the first page.
 * @throws LorekeepError `CURSOR_INVALID`, `CURSOR_EXPIRED`
 */
export function readCursor(cursor: string | undefined, { version, request }: CursorBinding): Shown {
  const head = Buffer.concat([Buffer.of(FORMAT), digest(version), digest(JSON.stringify(sorted(request)))]);
  const before = cursor === undefined ? Buffer.alloc(0) : shownOf(cursor, head);
  const known = new Set<string>();
  for (let at = 0; at < before.length; at += SHOWN) known.add(before.toString('latin1', at, at + SHOWN));
  return {
    count: known.size,
    has: (id) => known.size > 0 && known.has(shortHash(id).toString('latin1')),
    next(ids) {
      if (known.size + ids.length >= MAX_SHOWN) return undefined;
      const body = Buffer.concat([head, before, ...ids.map(shortHash)]);
      return Buffer.concat([body, digest(body)]).toString('base64url');
    },
  };
}

function shownOf(cursor: string, head: Buffer): Buffer {
  const bytes = Buffer.from(cursor, 'base64url');
  const body = bytes.subarray(0, -DIGEST);
  const isWhole =
    bytes.toString('base64url') === cursor &&
    body.length >= HEAD &&
    (body.length - HEAD) % SHOWN === 0 &&
    body[0] === FORMAT &&
    bytes.subarray(-DIGEST).equals(digest(body));
  if (!isWhole) throw errors.CURSOR_INVALID({ problem: 'is not one that an answer has given' });
  if (!body.subarray(1, 1 + DIGEST).equals(head.subarray(1, 1 + DIGEST))) throw errors.CURSOR_EXPIRED();
  if (!body.subarray(1 + DIGEST, HEAD).equals(head.subarray(1 + DIGEST)))
    throw errors.CURSOR_INVALID({ problem: 'belongs to another request' });
  return body.subarray(HEAD);
}

const digest = (value: string | Buffer) => hash('sha256', value, 'buffer').subarray(0, DIGEST);
const shortHash = (id: string) => hash('sha256', id, 'buffer').subarray(0, SHOWN);

/** The value with the keys of all objects in one order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}
