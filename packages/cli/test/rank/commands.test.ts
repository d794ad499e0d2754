/** `lorekeep rank` and `lorekeep knowledge` from an empty folder to a served ranker, and their errors. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openWorkspace } from '@lorekeep/workspace';
import { lorekeep } from '../command.ts';

let dir = '';
const shop = ['--workspace', 'shop'];

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lorekeep-rank-'));
  const workspace = await openWorkspace(join(dir, 'shop'), { create: true });
  await workspace.importSimulatedShop({ events: 6_000, users: 40, items: 80 });
  await workspace.close();
});
after(() => rm(dir, { recursive: true }));

/** The last line of `--json`. */
async function result(words: string[]): Promise<any> {
  const { code, stdout, stderr } = await lorekeep([...words, ...shop, '--json'], dir);
  assert.equal(code, 0, stdout + stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

async function refusal(words: string[]): Promise<string> {
  const { code, stderr } = await lorekeep([...words, ...shop], dir);
  assert.equal(code, 2, stderr);
  return stderr;
}

test('errors name what to type', async () => {
  assert.match(await refusal(['rank', 'train', '--outcome', 'clik']), /OUTCOME_UNKNOWN[\s\S]*--outcome.*click/);
  assert.match(await refusal(['rank', 'train']), /OUTCOME_MISSING[\s\S]*--outcome.*click/);
  const surface = await refusal(['rank', 'train', '--outcome', 'click', '--surface', 'hoem']);
  assert.match(surface, /SURFACE_UNKNOWN[\s\S]*--surface.*home/);
  assert.match(await refusal(['knowledge', 'publish']), /KNOWLEDGE_MODEL_MISSING[\s\S]*knowledge pretrain/);
  assert.match(await refusal(['rank', 'score', '--user', 'a', '--items', 'b']), /RANKER_MISSING[\s\S]*rank train/);
  const format = await refusal(['knowledge', 'extract', '--out', 'rows.xlsx']);
  assert.match(format, /EXTRACT_FORMAT[\s\S]*--out.*\.parquet/);
});

test('a log without impressions says how to import them', async () => {
  const workspace = await openWorkspace(join(dir, 'plain'), { create: true });
  await workspace.store.upsertItems([{ id: 'a' }]);
  await workspace.store.appendEvents([{ user: 'u', item: 'a', type: 'click', timestamp: 1 }]);
  await workspace.close();
  const { code, stderr } = await lorekeep(['rank', 'train', '--outcome', 'click', '--workspace', 'plain'], dir);
  assert.equal(code, 2);
  assert.match(stderr, /IMPRESSIONS_MISSING[\s\S]*--events[\s\S]*--outcomes/);
});

test('pre-train, publish, train and score; a second run finds nothing to do', async () => {
  const first = await result(['knowledge', 'pretrain', '--outcome', 'click']);
  assert.equal((await result(['knowledge', 'pretrain'])).unchanged, true);
  const { published } = await result(['knowledge', 'publish']);
  assert.equal(published.version, first.version);
  const ranker = await result(['rank', 'train', '--outcome', 'click', '--surface', 'home']);
  assert.equal(ranker.manifest.knowledge.version, first.version);
  assert.equal(ranker.withKnowledge, ranker.learned);
  assert.equal((await result(['rank', 'train'])).unchanged, true);
  const items = 'sim-item-000001,sim-item-000002,unknown';
  const answer = await result(['rank', 'score', '--user', 'sim-user-000001', '--items', items]);
  assert.deepEqual(answer.items.map(({ id }: { id: string }) => id).sort(), items.split(','));
  assert.equal(answer.knowledge.version, first.version);
  const refused = await refusal(['rank', 'score', '--user', 'a', '--items', 'b', '--at', '2025-01-02']);
  assert.match(refused, /RANKER_LEARNED_LATER[\s\S]*--at/);
});

test('extracted rows are of all impressions, with the columns that are served', async () => {
  const { rows, columns, knowledge } = await result(['knowledge', 'extract', '--out', 'rows.csv']);
  const lines = readFileSync(join(dir, 'rows.csv'), 'utf8').trim().split('\n');
  assert.equal(lines.length, rows + 1);
  assert.equal(lines[0], columns.join(','));
  const got = await result(['knowledge', 'get', '--user', 'sim-user-000001', '--items', 'sim-item-000001']);
  assert.deepEqual(got.columns, knowledge);
  const words = ['knowledge', 'get', '--user', 'sim-user-000001', '--items', 'sim-item-000001,sim-item-000002'];
  const withCategories = await result([...words, '--categories', 'no such category']);
  assert.deepEqual(withCategories.columns, [...knowledge, 'category click']);
  assert.deepEqual(withCategories.present, [
    [1, 1, 0],
    [1, 1, 0],
  ]);
  assert.equal((await result([...words, '--categories', 'a,b'])).values.length, 2);
  await result(['knowledge', 'extract', '--out', 'rows.parquet']);
  assert.equal(readFileSync(join(dir, 'rows.parquet')).subarray(0, 4).toString(), 'PAR1');
});

test('an evaluation writes its page', async () => {
  const words = ['--outcome', 'click', '--surface', 'home', '--seeds', '1', '--window-days', '20'];
  const evaluation = await result(['rank', 'evaluate', ...words, '--report', 'lift.html']);
  assert.ok(evaluation.methods.base.gauc > 0 && 'difference' in evaluation.lifts.knowledge);
  assert.match(readFileSync(join(dir, 'lift.html'), 'utf8'), /<table>/);
});

test('an erased user is gone from the knowledge, and later versions start anew', async () => {
  const user = 'sim-user-000001';
  const { version } = await result(['knowledge', 'pretrain']);
  const workspace = await openWorkspace(join(dir, 'shop'));
  await workspace.deleteUsers([user]);
  const { present } = await workspace.knowledgeGet({ users: [user], items: ['sim-item-000001'] });
  assert.deepEqual([...present], [0, 1, 0]);
  await workspace.close();
  const next = await result(['knowledge', 'pretrain']);
  assert.equal(next.manifest.from, null);
  assert.ok(!existsSync(join(dir, 'shop', 'knowledge', 'models', version)));
});
