/** The client against a live service in another process. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Client, createClient, ServiceError } from '../src/index.ts';

describe('a live service', () => {
  let child: ChildProcess;
  let url: string;
  let secrets: { url: string; all: string; events: string; slow: string };
  let client: Client;
  before(async () => {
    const program = fileURLToPath(new URL('./live-service.ts', import.meta.url));
    child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(child.stdout!), 'line');
    secrets = JSON.parse(line);
    ({ url } = secrets);
    client = createClient({ url, key: secrets.all });
  });
  after(async () => {
    child?.kill('SIGTERM');
    if (child?.exitCode === null) await once(child, 'exit');
  });

  const refused = (code: string, status: number) => (error: unknown) =>
    error instanceof ServiceError && error.code === code && error.status === status && error.requestId !== undefined;

  test('every operation answers with what its type says', async () => {
    assert.deepEqual(await client.health(), { status: 'ok' });
    const { version } = await client.ready();
    const list = await client.recommend({ body: { user: 'user-0', k: 3 } });
    assert.deepEqual([list.version, list.items.length], [version, 3]);
    const similar = await client.similarItems({ path: { id: 'garden-1' }, query: { k: 2, withItems: 'true' } });
    assert.deepEqual([similar.items.length, typeof similar.items[0].item?.title], [2, 'string']);
    const filter = { brand: 'Acme' };
    const passing = await client.similarItemsThatPass({ path: { id: 'garden-1' }, body: { filter, withItems: true } });
    assert.ok(passing.items.every(({ item }) => item?.brand === 'Acme'));
    const id = 'new/item ä?#%';
    const stored = await client.upsertItems({ body: [{ id, title: 'A garden gnome' }] });
    assert.equal(stored.upserted, 1);
    assert.equal((await client.getItem({ path: { id } })).item.title, 'A garden gnome');
    await client.upsertUsers({ body: { id: 'ann', attributes: { age: 30 } } });
    assert.deepEqual((await client.getUser({ path: { id: 'ann' } })).user, { id: 'ann', attributes: { age: 30 } });
    const event = { id: 'e1', user: 'ann', item: id };
    assert.equal((await client.appendEvents({ body: event })).appended, 1);
    assert.equal((await client.appendEvents({ body: event })).appended, 0);
    assert.equal((await client.deleteEvents({ query: { user: 'ann', id: ['e1', 'e2'] } })).events, 1);
    assert.equal((await client.deleteUser({ path: { id: 'ann' } })).users, 1);
    assert.equal((await client.deleteItems({ body: { ids: [id] } })).items, 1);
    assert.equal((await client.deleteItem({ path: { id } })).unknown, 1);
    const made = await client.createKey({ body: { scopes: ['read'] } });
    const turned = await client.rotateKey({ path: { id: made.key.id }, body: {} });
    assert.notEqual(turned.secret, made.secret);
    assert.equal((await client.revokeKey({ path: { id: made.key.id } })).state, 'revoked');
    assert.equal((await client.listKeys()).keys.length, 4);
    assert.match(await client.metrics(), /^lorekeep_ready 1$/m);
  });

  test('a refusal is an error with code, details and the id of the request', async () => {
    await assert.rejects(client.getItem({ path: { id: 'none' } }), refused('ITEM_NOT_FOUND', 404));
    await assert.rejects(client.recommend({ body: { user: 'u', k: 0 } }), (error: any) => {
      assert.ok(refused('REQUEST_INVALID', 400)(error));
      assert.equal(error.details.issues[0].path, 'k');
      assert.match(error.hint, /openapi/);
      return true;
    });
    const withoutKey = createClient({ url });
    await assert.rejects(withoutKey.recommend({ body: { user: 'u' } }), refused('KEY_MISSING', 401));
    const snippet = createClient({ url, key: secrets.events });
    await assert.rejects(snippet.getItem({ path: { id: 'garden-1' } }), refused('KEY_SCOPE', 403));
    assert.equal((await snippet.appendEvents({ body: { user: 'u', item: 'garden-1' } })).appended, 1);
  });

  test('a request over the rate of its key waits as long as the service says, and is sent again', async () => {
    const slow = createClient({ url, key: secrets.slow });
    const answers = await Promise.all([1, 2].map(() => slow.getItem({ path: { id: 'garden-1' } })));
    assert.equal(answers.length, 2);
    const impatient = createClient({ url, key: secrets.slow, retries: 0 });
    await assert.rejects(
      Promise.all(Array.from({ length: 20 }, () => impatient.getItem({ path: { id: 'garden-1' } }))),
      refused('KEY_RATE', 429),
    );
  });

  test('an id that a URL cannot carry is refused before it is sent', async () => {
    for (const id of ['', '.', '..']) await assert.rejects(client.getItem({ path: { id } }), TypeError);
  });
});
