/** A ranker that is saved and loaded is the same ranker, bit for bit. */
import assert from 'node:assert/strict';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import {
  createBehaviours,
  createImpressionRanker,
  type ImpressionRanker,
  loadRanker,
  openImpressionRanker,
  type RankerState,
  recordRows,
  saveRanker,
} from '../../src/index.ts';
import { rowsBetween, smallLog } from './small-log.ts';

const { log, entities } = smallLog();
const days = [0, 1, 2, 3].map((day) => rowsBetween(100 * day, 100 * day + 100));
const options = {
  tasks: [{ outcome: 'click' }, { outcome: 'buy', among: 'click' }],
  dim: 4,
  attention: 8,
  hidden: [16],
  taskHidden: [8],
  towers: 4,
  batch: 32,
  hashed: { item: 7 },
};

async function folder(t: { after(work: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ranker-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

const knowledgeOf = (rows: Int32Array) => ({
  facts: {
    width: 3,
    values: Float32Array.from({ length: rows.length * 3 }, (_, i) => Math.sin(i)),
    present: Uint8Array.from(rows, (row) => row % 2),
    seenUntil: 0,
  },
});

async function trainDay(ranker: ImpressionRanker, behaviours: ReturnType<typeof createBehaviours>, rows: Int32Array) {
  await ranker.train({ columns: log, rows, knowledge: ranker.plugs().length > 0 ? knowledgeOf(rows) : {} });
  recordRows(behaviours, log, rows);
}

for (const kind of ['din', 'can'] as const)
  test(`${kind}: a ranker that is saved, loaded and trained on is the one that was never closed`, async (t) => {
    const path = join(await folder(t), 'ranker');
    const behaviours = createBehaviours(6);
    const whole = await createImpressionRanker({ ...options, kind, entities, behaviours });
    await trainDay(whole, behaviours, days[0]);
    await whole.plug({ name: 'facts', width: 3 });
    await trainDay(whole, behaviours, days[1]);
    await saveRanker(path, whole.state());

    const again = createBehaviours(6);
    for (const rows of days.slice(0, 2)) recordRows(again, log, rows);
    const opened = await openImpressionRanker({ state: await loadRanker(path), entities, behaviours: again });
    assert.equal(opened.seenUntil, whole.seenUntil);
    assert.deepEqual(opened.plugs(), ['facts']);
    assert.deepEqual(opened.state(), whole.state());
    for (const rows of days.slice(2)) {
      await trainDay(whole, behaviours, rows);
      await trainDay(opened, again, rows);
    }
    assert.deepEqual(opened.state(), whole.state());
    const scored = { columns: log, rows: days[3], knowledge: knowledgeOf(days[3]) };
    const wanted = { hidden: true, towers: true };
    assert.deepEqual(await opened.score(scored, wanted), await whole.score(scored, wanted));
    await whole.close();
    await opened.close();
  });

test('a ranker opens on a log whose users, items, surfaces and outcomes have other numbers', async () => {
  const behaviours = createBehaviours(6);
  const ranker = await createImpressionRanker({ ...options, entities, behaviours });
  await ranker.train({ columns: log, rows: days[0] });
  const { names, items, users } = entities;
  const reversed = <T>(values: readonly T[]) => [...values].reverse();
  const turned = {
    names: {
      userIds: reversed(names.userIds),
      itemIds: reversed(names.itemIds),
      surfaceNames: reversed(names.surfaceNames),
      outcomeNames: reversed(names.outcomeNames),
    },
    items: items.map((field) => ({ ...field, codes: field.codes.slice().reverse() })),
    users: [
      { name: 'new', codes: new Int32Array(12), values: ['x'] },
      ...users.map((field) => ({ ...field, codes: field.codes.slice().reverse() })),
    ],
  };
  const columns = {
    ...log,
    users: log.users.map((user) => names.userIds.length - 1 - user),
    items: log.items.map((item) => names.itemIds.length - 1 - item),
    surfaces: log.surfaces.map((surface) => 2 - surface),
    outcomes: log.outcomes.map((mask) => (mask >> 1) | ((mask & 1) << 1)),
  };
  const opened = await openImpressionRanker({
    state: ranker.state(),
    entities: turned,
    behaviours: createBehaviours(6),
  });
  const rows = days[1];
  assert.deepEqual(await opened.score({ columns, rows }), await ranker.score({ columns: log, rows }));
  assert.deepEqual((await opened.train({ columns, rows })).rows, (await ranker.train({ columns: log, rows })).rows);
  assert.deepEqual(opened.embedding('user', 'u3'), ranker.embedding('user', 'u3'));
  await ranker.close();
  await opened.close();
});

test('data without a field that the ranker reads is refused, and so are sequences of another length', async () => {
  const behaviours = createBehaviours(6);
  const ranker = await createImpressionRanker({ ...options, entities, behaviours });
  const state = ranker.state();
  await ranker.close();
  await assert.rejects(openImpressionRanker({ state, entities: { ...entities, items: [] }, behaviours }), {
    code: 'RANKING_FIELD_MISSING',
    message: /item field "genre"/,
  });
  await assert.rejects(openImpressionRanker({ state, entities, behaviours: createBehaviours(5) }), {
    code: 'OPTION_INVALID',
    message: /behaviours\.length is 5; it must be 6/,
  });
});

test('damaged and foreign files are refused', async (t) => {
  const root = await folder(t);
  const ranker = await createImpressionRanker({ ...options, entities, behaviours: createBehaviours(6) });
  const state: RankerState = ranker.state();
  await ranker.close();
  const saved = async (name: string) => {
    await saveRanker(join(root, name), state);
    return join(root, name);
  };
  await assert.rejects(loadRanker(root), { code: 'RANKING_FILES_FOREIGN' });

  const flipped = await saved('flipped');
  const bytes = await readFile(join(flipped, 'parameters.safetensors'));
  bytes[bytes.length - 1] ^= 1;
  await writeFile(join(flipped, 'parameters.safetensors'), bytes);
  await assert.rejects(loadRanker(flipped), { code: 'RANKING_FILES_DAMAGED', message: /checksum/ });

  const missing = await saved('missing');
  await rm(join(missing, 'vocabulary.json'));
  await assert.rejects(loadRanker(missing), { code: 'RANKING_FILES_DAMAGED', message: /cannot be read/ });

  const cut = await saved('cut');
  await appendFile(join(cut, 'ranker.json'), '}');
  await assert.rejects(loadRanker(cut), { code: 'RANKING_FILES_DAMAGED', message: /not JSON/ });

  const change = async (name: string, edit: object) => {
    const path = await saved(name);
    const manifest = JSON.parse(await readFile(join(path, 'ranker.json'), 'utf8'));
    await writeFile(join(path, 'ranker.json'), JSON.stringify({ ...manifest, ...edit }));
    return path;
  };
  for (const [name, edit] of Object.entries({ other: { format: 'tower' }, newer: { version: 2 } }))
    await assert.rejects(loadRanker(await change(name, edit)), { code: 'RANKING_FILES_FOREIGN' });
  await assert.rejects(loadRanker(await change('later', { seenUntil: 0 })), {
    code: 'RANKING_FILES_DAMAGED',
    message: /ranker\.json is not what was written/,
  });

  // Files of two rankers, each as it was written.
  const mixed = await saved('mixed');
  await saveRanker(join(root, 'wider'), { ...state, config: { ...state.config, dim: 5 } });
  const own = JSON.parse(await readFile(join(mixed, 'ranker.json'), 'utf8'));
  await cp(join(root, 'wider/ranker.json'), join(mixed, 'ranker.json'));
  await assert.rejects(loadRanker(mixed), { code: 'RANKING_FILES_DAMAGED', message: /parameters\.safetensors/ });
  assert.notEqual(JSON.parse(await readFile(join(mixed, 'ranker.json'), 'utf8')).schema, own.schema);
});
