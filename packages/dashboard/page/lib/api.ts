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

const ELSEWHERE = 'This address does not answer administrators.';
const ELSEWHERE_HINT = 'Open the page at the other address of the service.';
const UNREACHABLE = 'The service does not answer. The figures below are the last ones that it gave.';

/** Shops of one process have one origin, and each has keys of its own. */
const KEY = `lorekeep-key ${location.pathname}`;

/** Kept for this tab alone, and forgotten with it. */
export const keepKey = (key: string): void => sessionStorage.setItem(KEY, key);

export function useKey(key: string): void {
  keepKey(key);
  location.reload();
}

/** Whether an error says that the service wants a key, or another one. */
export const asksForKey = ({ code }: ApiError): boolean => code.startsWith('KEY_');

function authorization(): Record<string, string> {
  const key = sessionStorage.getItem(KEY);
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    // Relative to the page: a process with many shops has each below a path.
    response = await fetch(`.${path}`, { ...init, headers: { ...authorization(), ...init.headers } });
  } catch {
    throw new ApiError('UNREACHABLE', UNREACHABLE, 'Look whether the process still runs: lorekeep status');
  }
  const body = await response.json().catch(() => undefined);
  if (response.ok) return body as T;
  const { code = `HTTP ${response.status}`, message = response.statusText, hint } = body?.error ?? {};
  // A service can answer administrators at an address of its own.
  if (code === 'ROUTE_UNKNOWN') throw new ApiError(code, ELSEWHERE, ELSEWHERE_HINT);
  throw new ApiError(code, message, hint);
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => send<T>(path, { signal });

const sendJson = <T>(method: string, path: string, value: unknown): Promise<T> =>
  send<T>(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) });

export const post = <T>(path: string, value: unknown): Promise<T> => sendJson('POST', path, value);
export const put = <T>(path: string, value: unknown): Promise<T> => sendJson('PUT', path, value);
export const remove = <T>(path: string): Promise<T> => send<T>(path, { method: 'DELETE' });

/** What was thrown, as the page shows it. */
export const asApiError = (error: unknown): ApiError =>
  error instanceof ApiError ? error : new ApiError('PAGE', error instanceof Error ? error.message : String(error));
