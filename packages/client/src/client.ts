/**
 * A client of the HTTP service: one function for each operation of its OpenAPI document, with the
 * types of that document. It needs `fetch` and nothing else, so it runs in Node, in other runtimes
 * and in browsers.
 */
import { ConnectionError, type Problem, ServiceError } from './failures.ts';
import { OPERATIONS } from './generated/operations.ts';
import type { operations } from './generated/schema.ts';
import { isIdempotent, waitBefore } from './retry.ts';
import type { Answer, Input, OperationName } from './types.ts';

export interface ClientOptions {
  /** The base address of the service: `http://127.0.0.1:7070`. A path is kept. */
  url: string | URL;
  /** `lk_…`. Default: none, as a service on the same machine may need none. */
  key?: string;
  /** Time limit of one try, in ms. Default 10,000. */
  timeout?: number;
  /**
   * How often a failed request is sent again, with growing waits. A request that may have been
   * carried out is only sent again if it is idempotent. Default 2.
   */
  retries?: number;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
}

export interface RequestOptions {
  /** Ends the request; the call rejects with its reason. */
  signal?: AbortSignal;
  /** In place of that of the client. */
  timeout?: number;
}

/** The name of an operation, `operationId` in the OpenAPI document. */
export type Name = OperationName;

type Call<Operation extends Name> =
  Record<never, never> extends Input<Operation>
    ? (input?: Input<Operation>, options?: RequestOptions) => Promise<Answer<Operation>>
    : (input: Input<Operation>, options?: RequestOptions) => Promise<Answer<Operation>>;

/**
 * One function for each operation. Each rejects with `ServiceError` if the service refuses, with
 * `ConnectionError` if it does not answer, and with the reason of the signal if that is aborted.
 */
export type Client = { readonly [Operation in keyof operations]: Call<Operation> };

interface Given {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/**
 * @throws TypeError if `url` is not an address
 * @example
 * const client = createClient({ url: 'http://127.0.0.1:7070', key: process.env.LOREKEEP_KEY });
 * const { items } = await client.recommend({ body: { user: 'ann', k: 5 } });
 */
export function createClient(options: ClientOptions): Client {
  const { url, key, timeout: usualTimeout = 10_000, retries = 2, fetch: send = fetch } = options;
  const base = new URL(url).href.replace(/\/$/, '');

  async function attempt(target: string, init: RequestInit, timeout: number, signal?: AbortSignal): Promise<unknown> {
    const limit = AbortSignal.timeout(timeout);
    const ends = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      const response = await send(target, { ...init, signal: ends });
      if (!response.ok) throw new ServiceError(response.status, response.headers, await problemIn(response));
      return await (isJson(response) ? response.json() : response.text());
    } catch (error) {
      if (error instanceof ServiceError) throw error;
      signal?.throwIfAborted();
      const message = limit.aborted ? `There was no answer within ${timeout} ms.` : 'The service cannot be reached.';
      throw new ConnectionError(message, limit.aborted, error);
    }
  }

  async function call(operation: Name, given: Given = {}, { signal, timeout }: RequestOptions = {}): Promise<unknown> {
    const [method, template, type = 'application/json'] = OPERATIONS[operation] as readonly [string, string, string?];
    const target = base + pathOf(template, given.path) + queryOf(given.query);
    const headers: Record<string, string> = { accept: 'application/json, text/plain' };
    if (key !== undefined) headers.authorization = `Bearer ${key}`;
    if (given.body !== undefined) headers['content-type'] = type;
    const isText = typeof given.body === 'string' && type !== 'application/json';
    const body = given.body === undefined || isText ? (given.body as string | undefined) : JSON.stringify(given.body);
    const init = { method, headers, body };
    const idempotent = isIdempotent(operation, given.body);
    for (let tries = 1; ; tries++) {
      signal?.throwIfAborted();
      try {
        return await attempt(target, init, timeout ?? usualTimeout, signal);
      } catch (error) {
        const wait = tries > retries ? undefined : waitBefore(error, tries, idempotent);
        if (wait === undefined) throw error;
        await pause(wait, signal);
      }
    }
  }

  const names = Object.keys(OPERATIONS) as Name[];
  const calls = names.map((name) => [name, (input?: Given, one?: RequestOptions) => call(name, input, one)]);
  return Object.fromEntries(calls) as unknown as Client;
}

const isJson = ({ headers }: Response) => /^application\/([\w.]+\+)?json/.test(headers.get('content-type') ?? '');

/** A proxy may answer with a page instead. */
async function problemIn(response: Response): Promise<Problem | undefined> {
  if (!isJson(response)) return undefined;
  const body = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  return typeof body?.code === 'string' && typeof body.detail === 'string' ? (body as Problem) : undefined;
}

function pathOf(template: string, values: Record<string, unknown> = {}): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name] ?? '');
    // A URL resolves these as steps between folders, also if they are percent-encoded.
    if (value === '' || value === '.' || value === '..')
      throw new TypeError(`${name}: ${JSON.stringify(value)} cannot be part of a path.`);
    return encodeURIComponent(value);
  });
}

function queryOf(values: Record<string, unknown> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one));
  return query.size === 0 ? '' : `?${query}`;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
