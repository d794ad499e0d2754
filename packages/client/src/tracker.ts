/**
 * Impressions and outcomes of lists, from the server of a shop. They are collected and sent in
 * batches, so that no request of a visitor waits for them. Each carries the id of the answer whose
 * list was shown (`request`), so an outcome is attributed to its impression from the first day.
 */
import type { Client } from './client.ts';
import type { EventInput } from './types.ts';

export interface TrackerOptions {
  /** Events that are sent together. Default 500. */
  batch?: number;
  /** Longest time until an event is sent, in ms. Default 1,000. */
  interval?: number;
  /** Events that wait while the service does not answer; beyond, the oldest are lost. Default 10,000. */
  maxQueued?: number;
  /** Is told of events that will not arrive, with the reason. Default: nothing is told. */
  onLost?: (events: number, reason: Error) => void;
}

/** A list that a visitor has seen. */
export interface ListShown {
  user: string;
  /** The `request` of the answer. */
  request: string;
  /** In the order in which they were shown. */
  items: readonly (string | { id: string })[];
  /** Position of the first of them in the whole list. Default 0. */
  firstPosition?: number;
  surface?: string;
  session?: string;
}

export interface Tracker {
  /** All items of a list as impressions. Reporting the same list twice counts once. */
  impressions(list: ListShown): void;
  /** Any other event: a click with `request` and `position`, a purchase, … */
  event(event: EventInput): void;
  /** Sends what waits. Resolves when it is on disk; rejects if it is not, and goes on trying. */
  flush(): Promise<void>;
  /** Sends what waits, for the last time. What cannot be sent is told to `onLost`. */
  close(): Promise<void>;
  /** Events that wait. */
  readonly queued: number;
}

const MAX_PAUSE = 60_000;

/**
 * @example
 * const tracker = createTracker(client);
 * const { request, items } = await client.recommend({ body: { user: 'ann' } });
 * tracker.impressions({ user: 'ann', request, items, surface: 'home' });
 * tracker.event({ user: 'ann', item: items[0].id, type: 'click', request, position: 0 });
 * await tracker.close();
 */
export function createTracker(client: Client, options: TrackerOptions = {}): Tracker {
  const { batch = 500, interval = 1_000, maxQueued = 10_000, onLost = () => {} } = options;
  let queue: EventInput[] = [];
  let sending: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pause = interval;
  let isClosed = false;

  function add(event: EventInput): void {
    if (isClosed) throw new Error('The tracker is closed.');
    queue.push({ timestamp: Date.now(), ...event });
    if (queue.length > maxQueued) {
      queue.shift();
      onLost(1, new Error(`More than ${maxQueued} events wait.`));
    }
    if (queue.length >= batch && pause === interval) flush().catch(() => {});
    else schedule();
  }

  function schedule(): void {
    if (timer !== undefined || isClosed) return;
    timer = setTimeout(() => flush().catch(() => {}), pause);
    // A program that has nothing else to do may end. In a browser, a timer is a number.
    (timer as { unref?: () => void }).unref?.();
  }

  async function sendAll(): Promise<void> {
    while (queue.length > 0) {
      const events = queue.slice(0, batch);
      const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
      const { refused, problems } = await client.bulkEvents({ query: { onError: 'skip' }, body });
      const sent = new Set(events);
      queue = queue.filter((event) => !sent.has(event));
      if (refused > 0) onLost(refused, new Error(problems[0]?.message));
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll()
      .then(
        () => {
          pause = interval;
        },
        (error: unknown) => {
          pause = Math.min(MAX_PAUSE, 2 * pause);
          throw error;
        },
      )
      .finally(() => {
        sending = undefined;
        if (queue.length > 0) schedule();
      });
    return sending;
  }

  return {
    impressions({ items, firstPosition = 0, ...list }) {
      const timestamp = Date.now();
      for (const [at, item] of items.entries()) {
        const shown = {
          ...list,
          timestamp,
          item: typeof item === 'string' ? item : item.id,
          position: firstPosition + at,
        };
        // One id for each place of a list, so that it is counted once.
        const id = `shown:${JSON.stringify([list.request, list.user, shown.item, shown.position])}`;
        add({ type: 'impression', ...shown, ...(id.length <= 256 ? { id } : {}) });
      }
    },
    event: (event) => add({ id: crypto.randomUUID(), ...event }),
    flush,
    async close() {
      await sending?.catch(() => {});
      isClosed = true;
      await flush().catch((error: Error) => {
        const lost = queue.length;
        queue = [];
        onLost(lost, error);
      });
    },
    get queued() {
      return queue.length;
    },
  };
}
