/**
 * The one error class of the house. Every failure a user can cause or must act on is a `LorekeepError` with a stable
 * `code`; each package lists its own codes in its `errors.ts`, and `docs/errors.md` documents them all.
 */

/** What the command line and the HTTP service answer with: 'usage' → exit 2 / HTTP 4xx, 'failure' → exit 1 / HTTP 5xx. */
export type ErrorKind = 'usage' | 'failure';

export interface LorekeepErrorOptions {
  /** `'usage'` when the caller's input was wrong, `'failure'` (default) when something else went wrong. */
  kind?: ErrorKind;
  /** What to do about it, one sentence. */
  hint?: string;
  /** Facts for machines: the offending file, line, field, value. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * @example
 * throw new LorekeepError('ITEM_NOT_FOUND', 'No item has the id "B0001".', { kind: 'usage', hint: 'List ids with …' });
 */
export class LorekeepError extends Error {
  override readonly name = 'LorekeepError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: LorekeepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? 'failure';
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  toJSON(): { code: string; message: string; hint?: string; details?: Record<string, unknown> } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    };
  }
}

/** The code of any thrown value: a `LorekeepError`'s own, Node's `ENOENT` and the like, else `'INTERNAL'`. */
export function errorCode(error: unknown): string {
  if (error instanceof LorekeepError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'INTERNAL';
}
