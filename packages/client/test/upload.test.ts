/** Uploads and trackers against a live service in another process. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  type Client,
  ConnectionError,
  createClient,
  createTracker,
  ServiceError,
  UploadError,
  uploadEvents,
  uploadItems,
} from '../src/index.ts';

describe('a live service', () => {
  let child: ChildProcess;
  let url: string;
  let key: string;
  let client: Client;
  before(async () => {
    const program = fileURLToPath(new URL('./live-service.ts', import.meta.url));
    child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(child.stdout!), 'line');
    ({ url, all: key } = JSON.parse(line));
    client = createClient({ url, key });
  });
  after(async () => {
    child?.kill('SIGTERM');
    if (child?.exitCode === null) await once(child, 'exit');
  });

  const events = (user: string, count: number) =>
    Array.from({ length: count }, (_, n) => ({ id: `${user}-${n}`, user, item: `garden-${n % 30}`, type: 'view' }));
  async function* slowly<T>(values: readonly T[]) {
    for (const value of values) yield value;
  }
  const removed = async (user: string) => (await client.deleteEvents({ query: { user } })).events;
  /** A client whose requests number `from` to `to` are carried out, but their answers do not arrive. */
  function cutOff(from: number, to: number): Client {
    let sent = 0;
    const send: typeof fetch = async (...request) => {
      const answer = await fetch(...request);
      sent++;
      if (sent >= from && sent <= to) throw new TypeError('cut off');
      return answer;
    };
    return createClient({ url, key, fetch: send });
  }

  test('events of an async iterable are stored, and counted', async () => {
    const seen: number[] = [];
    const options = { batch: 400, onProgress: ({ done }: { done: number }) => seen.push(done) };
    const { problems, ...counts } = await uploadEvents(client, slowly(events('up', 1_000)), options);
    assert.deepEqual([counts, problems], [{ done: 1_000, accepted: 1_000, duplicates: 0, refused: 0 }, []]);
    assert.deepEqual(seen, [400, 800, 1_000]);
    assert.equal((await uploadEvents(client, events('up', 1_001))).duplicates, 1_000);
    assert.equal(await removed('up'), 1_001);
  });

  test('an answer that is lost is asked for again, and nothing is stored twice', async () => {
    const withoutIds = events('lost', 500).map(({ id: _, ...event }) => event);
    const { accepted, duplicates } = await uploadEvents(cutOff(1, 2), withoutIds, { batch: 250 });
    assert.deepEqual([accepted, duplicates], [250, 250]);
    assert.equal(await removed('lost'), 500);
  });

  test('an upload that ends early is resumed where it was', async () => {
    const all = events('resumed', 900);
    const failed = await uploadEvents(cutOff(2, 99), all, { batch: 300 }).catch((error) => error);
    assert.ok(failed instanceof UploadError && failed.cause instanceof ConnectionError);
    assert.equal(failed.uploaded.done, 300);
    const rest = await uploadEvents(client, all, { from: failed.uploaded.done });
    assert.deepEqual([rest.done, rest.accepted, rest.duplicates], [900, 300, 300]);
    assert.equal(await removed('resumed'), 900);
  });

  test('a record that is refused has its number in the whole upload', async () => {
    const all: any[] = events('bad', 700);
    all[450] = { user: 'bad', item: 'nowhere' };
    const failed = await uploadEvents(client, all, { batch: 300 }).catch((error) => error);
    assert.ok(failed instanceof UploadError && failed.cause instanceof ServiceError);
    assert.deepEqual(
      [failed.cause.code, failed.uploaded.done, failed.uploaded.accepted],
      ['BULK_LINE_REFUSED', 450, 450],
    );
    const { accepted, refused, problems } = await uploadEvents(client, all, { batch: 300, onError: 'skip' });
    assert.deepEqual([accepted, refused], [249, 1]);
    assert.deepEqual([problems[0].record, problems[0].code], [451, 'EVENT_UNKNOWN_ITEM']);
    assert.equal(await removed('bad'), 699);
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const stopped = await uploadEvents(client, all, { signal: stop.signal }).catch((error) => error);
    assert.deepEqual([stopped.cause.message, stopped.uploaded.done], ['enough', 0]);
  });

  test('items are retrievable', async () => {
    const items = Array.from({ length: 100 }, (_, n) => ({ id: `up-${n}`, title: `garden rake ${n}` }));
    assert.equal((await uploadItems(client, items, { batch: 64 })).accepted, 100);
    assert.equal((await client.getItem({ path: { id: 'up-99' } })).retrievable, true);
  });

  test('a tracker sends a list with its click, once, and the rest when it is closed', async () => {
    const tracker = createTracker(client, { interval: 10 });
    const { request, items } = await client.recommend({ body: { user: 'user-0', k: 2 } });
    const list = { user: 'seen', request, items, surface: 'home' };
    tracker.impressions(list);
    tracker.impressions(list);
    tracker.event({ user: 'seen', item: items[1].id, type: 'click', request, position: 1 });
    await tracker.flush();
    assert.equal(tracker.queued, 0);
    tracker.event({ user: 'seen', item: items[1].id, type: 'purchase', request });
    await tracker.close();
    assert.throws(() => tracker.event({ user: 'seen', item: 'garden-2' }), /closed/);
    assert.equal((await client.deleteEvents({ query: { user: 'seen', type: ['impression'] } })).events, 2);
    assert.equal(await removed('seen'), 2);
  });

  test('a tracker keeps what could not be sent, and tells what is lost', async () => {
    const lost: [number, string][] = [];
    const tracker = createTracker(cutOff(1, 3), {
      interval: 10,
      maxQueued: 2,
      onLost: (n, { message }) => lost.push([n, message]),
    });
    for (const item of ['garden-1', 'garden-2', 'nowhere']) tracker.event({ user: 'kept', item, type: 'click' });
    assert.deepEqual(lost, [[1, 'More than 2 events wait.']]);
    await assert.rejects(tracker.flush(), ConnectionError);
    assert.equal(tracker.queued, 2);
    await tracker.close();
    assert.match(lost[1][1], /nowhere/);
    assert.equal(await removed('kept'), 1);
    const gone = createTracker(createClient({ url: 'http://127.0.0.1:9', retries: 0 }), {
      onLost: (n) => lost.push([n, '']),
    });
    gone.event({ user: 'kept', item: 'garden-1' });
    await gone.close();
    assert.deepEqual(lost.at(-1), [1, '']);
  });
});
