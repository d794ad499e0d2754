/**
 * Tells the service what a visitor sees and clicks of its lists. It sets no cookie. Its settings are
 * attributes of its own script element; `docs/guides/send-events.md` explains them.
 */
import { createQueue, randomId, type SeenEvent } from './queue.ts';
import { watch } from './watch.ts';

type Call =
  | ['user', id: string | undefined]
  | ['consent', given: boolean]
  | ['event', event: Partial<SeenEvent> & { type: string; item: string }]
  | ['flush', value?: undefined];

interface Lorekeep {
  (...call: Call): void;
  /** Calls that were made before this script ran. */
  q?: ArrayLike<unknown>[];
}

declare global {
  interface Window {
    lorekeep?: Lorekeep;
  }
}

const SESSION = 'lorekeep.session';

const script = document.currentScript as HTMLScriptElement;
const { key, user: givenUser, consent, doNotTrack, url } = script.dataset;
const { globalPrivacyControl } = navigator as Navigator & { globalPrivacyControl?: boolean };
const isOptedOut = globalPrivacyControl === true || navigator.doNotTrack === '1';

// Respecting the wish needs no setting; ignoring it does.
if (!isOptedOut || doNotTrack === 'ignore') run();

function run(): void {
  // The script is beside the routes, also under the path of a shop or of a proxy.
  const base = url ? `${url.replace(/\/$/, '')}/` : script.src;
  const queue = createQueue(new URL('v1/bulk/events?onError=skip', base).href, key);
  let user = givenUser;
  let isAllowed = consent !== 'required';
  /** Before consent, nothing is stored in the browser and nothing is sent. */
  let held: (() => void)[] = [];
  let sessionId: string | undefined;

  function session(): string {
    if (sessionId !== undefined) return sessionId;
    try {
      sessionId = sessionStorage.getItem(SESSION) ?? undefined;
      sessionId ??= randomId();
      sessionStorage.setItem(SESSION, sessionId);
    } catch {}
    sessionId ??= randomId();
    return sessionId;
  }

  function add(part: Pick<SeenEvent, 'type' | 'item'> & Partial<SeenEvent>): void {
    const of = user;
    const put = () => queue.add({ user: of ?? `anonymous-${session()}`, session: session(), ...part });
    if (isAllowed) put();
    else held.push(put);
  }

  function call(...[name, value]: Call): void {
    switch (name) {
      case 'user':
        user = value;
        break;
      case 'event':
        add({ id: randomId(), ...value });
        break;
      case 'flush':
        if (isAllowed) queue.flush();
        break;
      case 'consent':
        isAllowed = value;
        if (value) {
          for (const put of held) put();
          queue.adopt();
        } else queue.clear();
        held = [];
    }
  }

  const earlier = window.lorekeep?.q ?? [];
  window.lorekeep = call;
  for (const args of earlier) call(...(Array.from(args) as Call));

  watch(
    (shown) => add({ type: 'impression', ...shown }),
    (shown) => add({ id: randomId(), type: 'click', ...shown }),
  );
  if (isAllowed) queue.adopt();
  const leave = () => isAllowed && queue.flush(true);
  addEventListener('pagehide', leave);
  addEventListener('visibilitychange', () => document.hidden && leave(), true);
}
