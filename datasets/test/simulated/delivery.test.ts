import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  datasetDirectory,
  importFiles,
  importSimulatedShop,
  simulatedFingerprint,
  simulateShop,
  writeSimulatedShop,
} from '@lorekeep/datasets';
import { type Event, openStore } from '@lorekeep/store';

const options = { events: 12_000, seed: 3 };
let directory: string;
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lorekeep-simulated-'));
});
after(() => rm(directory, { recursive: true }));

test('the files have the layout of public data sets, say that they are simulated, and are reproducible', async () => {
  const files = await writeSimulatedShop(join(directory, 'a'), options);
  const again = await writeSimulatedShop(join(directory, 'b'), options);
  for (const key of ['items', 'interactions', 'description'] as const) {
    assert.deepEqual(await readFile(files[key]), await readFile(again[key]));
  }
  const shop = simulateShop(options);
  const itemLines = gunzipSync(await readFile(files.items))
    .toString()
    .trimEnd()
    .split('\n');
  assert.deepEqual(
    itemLines.map((line) => JSON.parse(line)),
    [...shop.items()].map(({ id, ...rest }) => ({ item: id, ...rest })),
  );
  const eventLines = gunzipSync(await readFile(files.interactions))
    .toString()
    .trimEnd()
    .split('\n');
  assert.equal(eventLines[0], 'user\titem\trating\ttimestamp\tbehavior\tsession\tsurface\tposition\trequest');
  assert.equal(eventLines.length, 12_001);
  const [user, item, rating, timestamp, type, session, surface, position, request] = eventLines[1].split('\t');
  const place = { session, surface, position: Number(position), request };
  const read: Event = { user, item, timestamp: Number(timestamp), type, ...place };
  assert.deepEqual(read, shop.events().next().value);
  assert.equal(rating, '');
  const description = JSON.parse(await readFile(files.description, 'utf8'));
  assert.deepEqual(description, {
    simulated: true,
    fingerprint: simulatedFingerprint(options),
    options: shop.options,
  });
});

test('an existing directory is refused, and an interrupted write leaves nothing', async () => {
  await assert.rejects(writeSimulatedShop(join(directory, 'a'), options), { code: 'SIMULATED_DIRECTORY_EXISTS' });
  const controller = new AbortController();
  const stop = { signal: controller.signal, progress: () => controller.abort(new Error('enough')) };
  const names = await readdir(directory);
  await assert.rejects(writeSimulatedShop(join(directory, 'c'), options, stop), /enough/);
  assert.deepEqual(await readdir(directory), names);
});

test('a store gets exactly the items and events of the shop, with a record that names its options', async () => {
  const store = await openStore(join(directory, 'store.db'));
  try {
    const progress: number[] = [];
    const { record, unchanged } = await importSimulatedShop(store, options, {
      progress: ({ done, total, stage }) => {
        progress.push(done);
        assert.deepEqual([total, stage], [12_000, 'import']);
      },
    });
    assert.equal(unchanged, false);
    assert.equal(record.fingerprint, simulatedFingerprint(options));
    assert.deepEqual(progress, [5000, 10_000, 12_000]);
    assert.deepEqual(await store.imports(), [record]);
    const shop = simulateShop(options);
    const stored: Event[] = [];
    for await (const batch of store.events()) stored.push(...batch);
    assert.deepEqual(stored, [...shop.events()]);
    const items = [];
    for await (const batch of store.items()) items.push(...batch);
    assert.deepEqual(items, [...shop.items()]);

    assert.deepEqual(await importSimulatedShop(store, options), { record, unchanged: true });
    await assert.rejects(importSimulatedShop(store, { ...options, seed: 4 }), { code: 'SIMULATED_OTHER_SHOP' });
    assert.equal((await store.counts()).events, 12_000);
  } finally {
    await store.close();
  }
});

test('an interrupted import leaves the store empty and can be run again', async () => {
  const path = join(directory, 'stopped.db');
  const store = await openStore(path);
  try {
    const controller = new AbortController();
    const stop = { signal: controller.signal, progress: () => controller.abort(new Error('enough')) };
    await assert.rejects(importSimulatedShop(store, options, stop), /enough/);
    assert.deepEqual(await store.counts(), { items: 0, users: 0, events: 0 });
    assert.equal((await importSimulatedShop(store, options)).unchanged, false);
    assert.ok(existsSync(path));
  } finally {
    await store.close();
  }
});

test('the fingerprint depends on every option and on nothing else', () => {
  const names = new Set(
    [
      {},
      { seed: 1 },
      { events: 1000 },
      { users: 11 },
      { items: 51 },
      { days: 8 },
      { drift: 0 },
      { newItemShare: 0 },
    ].map((changed) => simulatedFingerprint(changed)),
  );
  names.add(simulatedFingerprint({ policy: 'random' }));
  assert.equal(names.size, 9);
  assert.equal(simulatedFingerprint({ seed: 42, events: 300_000 }), simulatedFingerprint());
});

test('importing the written files gives the same store as importing the shop directly', async () => {
  const direct = await openStore(join(directory, 'direct.db'));
  const imported = await openStore(join(directory, 'imported.db'));
  try {
    await importSimulatedShop(direct, options);
    const written = join(directory, 'written');
    await writeSimulatedShop(written, options);
    await importFiles({ store: imported, ...(await datasetDirectory(written)) });
    const contents = async (store: typeof direct) => {
      const items = [];
      for await (const batch of store.items()) items.push(...batch);
      const events = [];
      for await (const batch of store.events()) events.push(...batch);
      return { items, events };
    };
    assert.deepEqual(await contents(imported), await contents(direct));
    assert.equal((await imported.interactionLog()).fingerprint, (await direct.interactionLog()).fingerprint);
  } finally {
    await direct.close();
    await imported.close();
  }
});
