/**
 * Events on their way. They leave in batches, and what has no answer is kept in the browser and sent
 * by the next page. Sent twice, an event counts once: the service knows clicks by their id and
 * impressions by list, item and position.
 */
export interface SeenEvent {
  id?: string;
  user: string;
  item: string;
  type: string;
  session: string;
  request?: string;
  position?: number;
  surface?: string;
  rating?: number;
}

interface Queued {
  /** When it happened, in ms by the clock of the browser. */
  at: number;
  event: SeenEvent;
}

const PREFIX = 'lorekeep.queue.';
const MAX_EVENTS = 500;
const MAX_AGE_MS = 7 * 86_400_000;
/** A browser takes at most 64 KiB for requests that outlive their page. */
const MAX_BATCH_LENGTH = 20_000;
const PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;
/** The time of arrival is better than the clock of a browser, unless the event is older. */
const FRESH_MS = 10_000;

/** @param url of the route for bulk uploads */
export function createQueue(url: string, key: string | undefined) {
  const name = PREFIX + randomId();
  let queue: Queued[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = PAUSE_MS;
  let sending = 0;

  /** Takes over what earlier pages, or other tabs, have left. */
  function adopt(): void {
    for (const left of storedNames()) {
      try {
        queue.push(...(JSON.parse(localStorage.getItem(left) ?? '[]') as Queued[]));
      } catch {}
      localStorage.removeItem(left);
    }
    save();
    if (queue.length > 0) schedule();
  }

  function save(): void {
    queue = queue.filter(({ at }) => at > Date.now() - MAX_AGE_MS).slice(-MAX_EVENTS);
    try {
      if (queue.length > 0) localStorage.setItem(name, JSON.stringify(queue));
      else localStorage.removeItem(name);
    } catch {}
  }

  function schedule(): void {
    timer ??= setTimeout(() => flush(), pause);
  }

  function takeBatch(from: number): Queued[] {
    let length = 0;
    const end = queue.slice(from).findIndex(({ event }) => {
      length += JSON.stringify(event).length;
      return length > MAX_BATCH_LENGTH;
    });
    return queue.slice(from, end < 0 ? undefined : from + Math.max(1, end));
  }

  /** @param leaving the page may end before there is an answer: then also behind a batch that is under way */
  function flush(leaving = false): void {
    clearTimeout(timer);
    timer = undefined;
    if (queue.length > 0 && (sending === 0 || leaving)) void send(takeBatch(sending));
  }

  async function send(batch: Queued[]): Promise<void> {
    if (batch.length === 0) return;
    sending += batch.length;
    let isDone = false;
    try {
      const headers: Record<string, string> = { 'content-type': 'application/x-ndjson' };
      if (key) headers.authorization = `Bearer ${key}`;
      const body = batch.map(line).join('');
      const { status } = await fetch(url, { method: 'POST', headers, body, keepalive: true, credentials: 'omit' });
      // What is refused once is refused again.
      isDone = status < 500 && status !== 408 && status !== 429;
    } catch {}
    sending -= batch.length;
    if (isDone) queue = queue.filter((one) => !batch.includes(one));
    pause = isDone ? PAUSE_MS : Math.min(MAX_PAUSE_MS, 2 * pause);
    save();
    if (queue.length > 0) schedule();
  }

  return {
    adopt,
    flush,
    add(event: SeenEvent): void {
      queue.push({ at: Date.now(), event });
      save();
      schedule();
    },
    /** Forgets everything, also what is stored. */
    clear(): void {
      queue = [];
      for (const left of storedNames()) localStorage.removeItem(left);
    },
  };
}

const line = ({ at, event }: Queued) =>
  `${JSON.stringify(Date.now() - at > FRESH_MS ? { ...event, timestamp: at } : event)}\n`;

function storedNames(): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}

/** `crypto.randomUUID` exists on pages with TLS only. */
export const randomId = () => [...crypto.getRandomValues(new Uint32Array(4))].map((word) => word.toString(36)).join('');
