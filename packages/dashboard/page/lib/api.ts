/** Requests of the page. All go to the service that sent it. */

/** An answer that is not a success, in the service's words. */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const UNREACHABLE = 'The service does not answer. The figures below are the last ones that it gave.';

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError('UNREACHABLE', UNREACHABLE, 'Look whether the process still runs: lorekeep status');
  }
  const body = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const { code = `HTTP ${response.status}`, message = response.statusText, hint } = body?.error ?? {};
  throw new ApiError(code, message, hint);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => send<T>(path, { signal });

export const post = <T>(path: string, value: unknown): Promise<T> =>
  send<T>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  });
