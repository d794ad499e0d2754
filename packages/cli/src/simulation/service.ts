/** A service as simulated users visit it: through its public routes, as a shop's own pages do. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { VisitedService, WantedPage } from '@lorekeep/datasets';

export interface ServiceAccess {
  address: string;
  /** With the scopes `read` and `events`. Default: none. */
  key?: string;
  signal?: AbortSignal;
}

interface Sent {
  path: string;
  body?: unknown;
}

interface List {
  items: { id: string }[];
}

/** Seconds between two tries, at first and at most, of a service that does not answer. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;

export function visitedService({ address, key, signal }: ServiceAccess): VisitedService {
  /** Waits for a service that is busy, is loading, or has not started yet. */
  async function send({ path, body }: Sent): Promise<Response> {
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
      const answer = await fetch(new URL(path, address), {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal,
      }).catch((error: unknown) => {
        signal?.throwIfAborted();
        return error as Error;
      });
      const isBusy = answer instanceof Error || answer.status === 429 || answer.status === 503;
      if (!isBusy) return answer;
      const asked = answer instanceof Error ? 0 : Number(answer.headers.get('retry-after') ?? 0);
      await sleep(1_000 * Math.max(wait, Math.min(asked, LONGEST_WAIT)), undefined, { signal });
    }
  }

  async function list(wanted: Sent): Promise<{ items: string[]; request: string } | undefined> {
    const answer = await send(wanted);
    checkAccess(answer);
    if (!answer.ok) return undefined;
    const { items } = (await answer.json()) as List;
    return { items: items.map(({ id }) => id), request: answer.headers.get('x-request-id') ?? '' };
  }

  return {
    async open(page) {
      const found = await list(requestOf(page));
      // A page that this service cannot fill (no such item any more, no search) is its home page.
      const shown = found ?? (await list(homeOf(page)));
      if (shown === undefined) throw new Error(`The service at ${address} gives no list.`);
      return shown;
    },
    async record(events) {
      const answer = await send({ path: '/v1/events', body: events });
      checkAccess(answer);
      // An item may have been deleted since its page was shown.
      if (!answer.ok && answer.status !== 422)
        throw new Error(`The service at ${address} takes no events: ${answer.status}.`);
      await answer.body?.cancel();
    },
  };
}

function checkAccess({ status }: Response): void {
  if (status === 401 || status === 403)
    throw new Error('The service asks for a key: set LOREKEEP_KEY to one with the scopes read and events.');
}

const homeOf = ({ user, size, surface }: WantedPage): Sent => ({
  path: '/v1/recommend',
  body: { user, k: size, surface },
});

function requestOf(page: WantedPage): Sent {
  const { user, size, query, category, item } = page;
  if (query !== undefined) return { path: '/v1/search', body: { query, user, k: size } };
  if (item !== undefined) return { path: `/v1/items/${encodeURIComponent(item)}/similar?k=${size}` };
  if (category === undefined) return homeOf(page);
  return { path: '/v1/recommend', body: { ...(homeOf(page).body as object), filter: { categories: category } } };
}
