/** What a call rejects with, unless its signal was aborted: then with the reason of the signal. */
import type { components } from './generated/schema.ts';

/** Problem details (RFC 9457) with a stable `code`. */
export type Problem = components['schemas']['Problem'];

/**
 * The service, or a proxy before it, refused the request.
 * @example
 * if (error instanceof ServiceError && error.code === 'ITEM_NOT_FOUND') return undefined;
 */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly status: number;
  /** Stable; `undefined` if the answer is not of the service, as that of a proxy. */
  readonly code: string | undefined;
  /** The id of the request in the log of the service. */
  readonly requestId: string | undefined;
  /** Seconds after which the service wants to be asked again. */
  readonly retryAfter: number | undefined;
  readonly problem: Problem | undefined;

  constructor(status: number, headers: Headers, problem: Problem | undefined) {
    super(problem === undefined ? `The answer has the status ${status}.` : problem.detail);
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.status = status;
    this.code = problem?.code;
    this.requestId = headers.get('x-request-id') ?? undefined;
    this.retryAfter = Number.isFinite(seconds) ? seconds : undefined;
    this.problem = problem;
  }

  /** What to do about it. */
  get hint(): string | undefined {
    return this.problem?.hint;
  }

  /** Facts for programs: of `REQUEST_INVALID`, the `issues`. */
  get details(): Record<string, unknown> | undefined {
    return this.problem?.error.details;
  }
}

/** There was no answer: no connection, or none in time. `cause` has the reason. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Whether the time limit ended the request. The service may have done what was asked. */
  readonly isTimeout: boolean;

  constructor(message: string, isTimeout: boolean, cause: unknown) {
    super(message, { cause });
    this.isTimeout = isTimeout;
  }
}
