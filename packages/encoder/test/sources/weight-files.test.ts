/** Weights in several files, and damaged ones. */
import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Arrays, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { loadOnnxEncoder } from '../../src/index.ts';
import { assertVectors, edit, folderOf, readCases } from '../support/reference.ts';

const { texts, cases } = await readCases('models.json');
const qwen = cases.find(({ name }) => name === 'qwen2')!;
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const INDEX = 'model.safetensors.index.json';

/** The model with its weights distributed over two files. */
async function sharded(t: TestContext): Promise<string> {
  const folder = await folderOf(t, qwen);
  const whole = join(folder, 'model.safetensors');
  const { arrays } = await readSafetensors(whole);
  const parts: Arrays[] = [{}, {}];
  const map: Record<string, string> = {};
  Object.entries(arrays).forEach(([name, array], i) => {
    parts[i % 2][name] = array;
    map[name] = SHARDS[i % 2];
  });
  for (const [i, part] of parts.entries()) await saveSafetensors(join(folder, SHARDS[i]), part);
  await writeFile(join(folder, INDEX), JSON.stringify({ metadata: { total_size: 1 }, weight_map: map }));
  await rm(whole);
  return folder;
}

test('shards give the same vectors as one file', async (t) => {
  await assertVectors(await sharded(t), texts, qwen.vectors);
});

test('the id depends on every shard', async (t) => {
  const folder = await sharded(t);
  const idOf = async () => {
    const encoder = await loadOnnxEncoder(folder, { threads: 1 });
    await encoder.close();
    return encoder.id;
  };
  const ids = [await idOf()];
  for (const shard of SHARDS) {
    const bytes = await readFile(join(folder, shard));
    bytes[bytes.length - 2] ^= 1;
    await writeFile(join(folder, shard), bytes);
    ids.push(await idOf());
  }
  assert.equal(new Set(ids).size, 3);
});

const map = (change: (map: Record<string, string>) => void) => (folder: string) =>
  edit(join(folder, INDEX), (index) => {
    change(index.weight_map as Record<string, string>);
    return index;
  });
const DAMAGES: [what: string, damage: (folder: string) => Promise<void>, code: string, message: RegExp][] = [
  ['a missing shard', (d) => rm(join(d, SHARDS[1])), 'MODEL_FILE_MISSING', /00002/],
  ['a truncated shard', (d) => truncate(join(d, SHARDS[1]), 5000), 'SAFETENSORS_TRUNCATED', /00002/],
  ['an index with a weight that does not exist', map((m) => void (m.ghost = SHARDS[0])), 'MODEL_BAD_FILE', /"ghost"/],
  [
    'an index with the wrong shard',
    map((m) => Object.keys(m).forEach((k) => void (m[k] = SHARDS[0]))),
    'MODEL_BAD_FILE',
    /00001.*no weights/,
  ],
  [
    'an index with a path outside',
    map((m) => void (m['norm.weight'] = '../x.safetensors')),
    'MODEL_BAD_FILE',
    /beside it/,
  ],
  ['an index without a map', (d) => writeFile(join(d, INDEX), '{}'), 'MODEL_BAD_FILE', /weight_map/],
  ['an empty index', (d) => writeFile(join(d, INDEX), '{"weight_map": {}}'), 'MODEL_BAD_FILE', /empty/],
];
for (const [what, damage, code, message] of DAMAGES)
  test(`a model with ${what} is refused`, async (t) => {
    const folder = await sharded(t);
    await damage(folder);
    await assert.rejects(loadOnnxEncoder(folder), { code, message });
  });
