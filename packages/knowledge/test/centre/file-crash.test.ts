import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKnowledgeStore } from '@lorekeep/knowledge';
import { killAfter } from './kill.ts';
import { assertShop, queryOf, SCHEMA, SPACE, shop } from './shop.ts';

async function inFolder(run: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'lorekeep-knowledge-'));
  try {
    await run(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const publish = async (root: string, version: number, count: number, abandonedSeconds = 60) => {
  const store = await openKnowledgeStore(root, { abandonedSeconds });
  const entries = shop(version, count);
  await store.publish(SPACE, { version: `v${version}`, schema: SCHEMA, entries, precision: 'fp32' });
  return store;
};
const hasCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('if a publication is killed, the versions before it are served, and the next one removes what is left', () =>
  inFolder(async (root) => {
    const before = await publish(root, 1, 1000);
    await killAfter('publish-child.ts', [root], 20);
    const leftovers = async () => (await readdir(join(root, SPACE))).filter((name) => name.endsWith('.tmp'));
    assert.equal((await leftovers()).length, 1);
    for (const store of [before, await openKnowledgeStore(root)]) {
      assert.deepEqual(
        (await store.versions(SPACE)).map(({ version }) => version),
        ['v1'],
      );
      assertShop(await store.read(SPACE, 'v1', queryOf(0, 1000)), 1, 0, 1000);
      await assert.rejects(store.read(SPACE, 'v2', queryOf(0, 1)), hasCode('KNOWLEDGE_VERSION_UNKNOWN'));
    }
    // A publication that another process is still writing is left alone.
    await publish(root, 3, 10);
    assert.equal((await leftovers()).length, 1);
    await sleep(1100);
    const after = await publish(root, 2, 500, 1);
    assert.deepEqual(await leftovers(), []);
    assertShop(await after.read(SPACE, 'v2', queryOf(0, 500)), 2, 0, 500);
  }));

test('acknowledged updates survive a killed process, and half a row is passed over', () =>
  inFolder(async (root) => {
    await publish(root, 1, 1000);
    const last = Number(await killAfter('update-child.ts', [root], 40));
    const updates = join(root, SPACE, 'v1', 'updates.rows');
    const bytes = await readFile(updates);
    for (const torn of [5, 11, 30]) {
      await appendFile(updates, bytes.subarray(0, torn));
      const store = await openKnowledgeStore(root);
      const { values } = await store.read(SPACE, 'v1', queryOf(0, last + 1));
      for (let n = 0; n <= last; n++) assert.deepEqual(Array.from(values.subarray(4 * n, 4 * n + 2)), [n, 77]);
      await store.updateUsers(SPACE, 'v1', [{ kind: 'user', ids: ['u999'], values: Float32Array.of(1, torn) }]);
      for (const reader of [store, await openKnowledgeStore(root)])
        assert.equal((await reader.read(SPACE, 'v1', queryOf(999, 1))).values[1], torn);
    }
  }));

test('a damaged file is refused', () =>
  inFolder(async (root) => {
    await publish(root, 1, 1000);
    const path = join(root, SPACE, 'v1', 'entries.rows');
    const { size } = await stat(path);
    for (const at of [0, 8, 13, 21, Math.floor(size / 2), size - 1]) {
      const bytes = await readFile(path);
      const file = await open(path, 'r+');
      await file.write(Uint8Array.of(bytes[at] ^ 1), 0, 1, at);
      const store = await openKnowledgeStore(root);
      await assert.rejects(store.read(SPACE, 'v1', queryOf(0, 1)), hasCode('KNOWLEDGE_DAMAGED'), `byte ${at}`);
      await file.write(bytes, at, 1, at);
      await file.close();
    }
    await writeFile(path, (await readFile(path)).subarray(0, size - 7));
    const store = await openKnowledgeStore(root);
    await assert.rejects(store.read(SPACE, 'v1', queryOf(0, 1)), hasCode('KNOWLEDGE_DAMAGED'));
  }));

test('entries of another schema of the same size are refused', () =>
  inFolder(async (root) => {
    await publish(root, 1, 10);
    const path = join(root, SPACE, 'v1', 'version.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"name":"item"', '"name":"other"'));
    const store = await openKnowledgeStore(root);
    await assert.rejects(store.read(SPACE, 'v1', queryOf(0, 1)), hasCode('KNOWLEDGE_OTHER_SCHEMA'));
  }));

test('what is erased is in no file', () =>
  inFolder(async (root) => {
    const store = await publish(root, 1, 100);
    const values = Float32Array.of(1.2345, 77);
    await store.updateUsers(SPACE, 'v1', [{ kind: 'user', ids: ['secret-user'], values }]);
    await store.publish(SPACE, {
      version: 'v2',
      schema: SCHEMA,
      entries: [{ kind: 'item', ids: ['secret-item'], values: Float32Array.of(1.2345) }],
      precision: 'fp32',
    });
    const files = async () => {
      const names = await readdir(join(root, SPACE), { recursive: true, withFileTypes: true });
      const found = names
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name)));
      return Buffer.concat(await Promise.all(found));
    };
    const traces = ['secret-user', 'secret-item', Buffer.from(Float32Array.of(1.2345).buffer)];
    for (const trace of traces) assert.ok((await files()).includes(trace));
    await store.remove(SPACE, { users: ['secret-user'], items: ['secret-item'] });
    for (const trace of traces) assert.ok(!(await files()).includes(trace));
  }));

test('of two publications of one name at once, one is refused and the other is whole', () =>
  inFolder(async (root) => {
    const stores = [await openKnowledgeStore(root), await openKnowledgeStore(root)];
    const outcomes = await Promise.allSettled(
      stores.map((store, at) =>
        store.publish(SPACE, { version: 'v1', schema: SCHEMA, entries: shop(at + 1, 300), precision: 'fp32' }),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(refused.length, 1);
    assert.ok(hasCode('KNOWLEDGE_VERSION_EXISTS')(refused[0].reason), String(refused[0].reason));
    const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled') + 1;
    assertShop(await stores[0].read(SPACE, 'v1', queryOf(0, 300)), winner, 0, 300);
    assert.deepEqual(
      (await readdir(join(root, SPACE))).filter((name) => name.endsWith('.tmp')),
      [],
    );
  }));
