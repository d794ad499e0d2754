/**
 * Errors as data. Every failure that a user can cause or must act on is a `LorekeepError` with a
 * stable `code`. Each package defines its codes in one table (`errors.ts`): kind, HTTP status,
 * message and hint stand side by side, and the command line, the HTTP service and the documentation
 * read them from there.
 */

/**
 * What the command line and the HTTP service answer with: 'usage' → exit 2 / HTTP 4xx, 'failure' →
 * exit 1 / HTTP 5xx.
 */
export type ErrorKind = 'usage' | 'failure';

/** What an error says beside its code and message. */
export interface LorekeepErrorOptions {
  /**
   * `'usage'` if the caller's input was wrong, `'failure'` (default) if something else went wrong.
   */
  kind?: ErrorKind;
  /**
   * HTTP status. Default: none, the service answers 500 `INTERNAL` and keeps the message in its
   * log.
   */
  http?: number;
  /** What to do about it, one sentence. */
  hint?: string;
  /** Facts for programs: the file, line, field or value that caused the error. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * Every failure that a caller can cause or must act on. `code` is stable; errors.md explains every
 * code.
 */
export class LorekeepError extends Error {
  override readonly name = 'LorekeepError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly http: number | undefined;
  readonly hint: string | undefined;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, options: LorekeepErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = options.kind ?? 'failure';
    this.http = options.http;
    this.hint = options.hint;
    this.details = options.details ?? {};
  }

  /**
   * What is printed with `--json`, and what the HTTP service answers; without `hint` or `details`
   * if there are none.
   */
  toJSON(): { code: string; message: string; hint?: string; details?: Record<string, unknown> } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    };
  }
}

/**
 * One row of an error table. `Details` become the error's `details`; message and hint are made from
 * them.
 */
export interface ErrorDefinition<Details extends object = Record<never, never>> {
  kind: ErrorKind;
  http?: number;
  message: string | ((details: Details) => string);
  hint?: string | ((details: Details) => string | undefined);
}

type Row<Details extends object> = Omit<ErrorDefinition<Details>, 'kind'>;

/** The caller's input was wrong: the same call fails again until the input changes. */
export const usage = <Details extends object = Record<never, never>>(row: Row<Details>): ErrorDefinition<Details> => ({
  kind: 'usage',
  ...row,
});

/** Something other than the caller's input went wrong. */
export const failure = <Details extends object = Record<never, never>>(
  row: Row<Details>,
): ErrorDefinition<Details> => ({
  kind: 'failure',
  ...row,
});

/** Makes the error of one code. Codes without details take none: `errors.CATALOGUE_EMPTY()`. */
export type ErrorFactory<Details extends object> = (
  ...args: Record<never, never> extends Details
    ? [details?: Details, cause?: unknown]
    : [details: Details, cause?: unknown]
) => LorekeepError;

type Definitions = Record<string, ErrorDefinition<never>>;
type DetailsOf<Definition> =
  Definition extends ErrorDefinition<infer Details> ? ([Details] extends [never] ? object : Details) : never;

export type ErrorTable<Table extends Definitions> = {
  readonly [Code in keyof Table]: ErrorFactory<DetailsOf<Table[Code]>>;
} & { readonly [DEFINITIONS]: Readonly<Table> };

const DEFINITIONS = Symbol('definitions');

/**
 * A package's errors.
 *
 * @example
 * export const errors = defineErrors({
 *   STORE_BUSY: failure<{ path: string; waitedMs: number }>({
 *     http: 503,
 *     message: ({ path, waitedMs }) => `${path} was locked by another process for ${waitedMs} ms.`,
 *     hint: 'Try again.',
 *   }),
 * });
 * throw errors.STORE_BUSY({ path, waitedMs }, cause);
 */
export function defineErrors<const Table extends Definitions>(table: Table): ErrorTable<Table> {
  const factories = Object.entries(table).map(([code, definition]) => {
    const { kind, http, message, hint } = definition as unknown as ErrorDefinition<Record<string, unknown>>;
    const factory = (details: Record<string, unknown> = {}, cause?: unknown) => {
      const told = (part: typeof hint) => (typeof part === 'function' ? part(details) : part);
      const present = Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined));
      return new LorekeepError(code, told(message) as string, {
        kind,
        http,
        hint: told(hint),
        details: present,
        cause,
      });
    };
    return [code, factory];
  });
  return { ...Object.fromEntries(factories), [DEFINITIONS]: table } as ErrorTable<Table>;
}

/** The rows of a table, by code: what documentation and its tests read. */
export function definitionsOf(table: {
  readonly [DEFINITIONS]: Readonly<Definitions>;
}): Readonly<Record<string, Pick<ErrorDefinition, 'kind' | 'http'>>> {
  return table[DEFINITIONS];
}

/**
 * The code of any thrown value: a `LorekeepError`'s own, Node's `ENOENT` and the like, else
 * `'INTERNAL'`.
 */
export function errorCode(error: unknown): string {
  if (error instanceof LorekeepError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : 'INTERNAL';
}
