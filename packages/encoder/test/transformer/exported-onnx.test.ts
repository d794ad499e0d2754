/** Exported ONNX graphs (`fixtures/make_exported_onnx.py`). */
import assert from 'node:assert/strict';
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadOnnxEncoder } from '../../src/index.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { assertVectors, edit, folderOf, readCases } from '../support/reference.ts';

const { texts, mean, cls } = JSON.parse(await readFile(join(FIXTURES, 'exported-onnx.json'), 'utf8'));
const { cases } = await readCases('models.json');

/** A folder with this graph at `path` and without other weights. */
async function folderWith(t: TestContext, graph: string, path = 'model.onnx', config = {}): Promise<string> {
  const folder = await folderOf(t, { model: 'bert', tokenizer: 'wordpiece', config });
  await rm(join(folder, 'model.safetensors'));
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await copyFile(join(FIXTURES, 'exported-onnx', graph), join(folder, path));
  return folder;
}

test('an exported BERT gives the same vectors as our own graph', async (t) => {
  const { vectors } = cases.find(({ name }) => name === 'bert')!;
  for (const path of ['model.onnx', 'onnx/model.onnx'])
    await assertVectors(await folderWith(t, 'bert.onnx', path), texts, vectors);
});

test('inputs are found by name and type, outputs by name', async (t) => {
  await assertVectors(await folderWith(t, 'tokens.onnx'), texts, mean);
  await assertVectors(await folderWith(t, 'int32.onnx', 'model.onnx', { hidden_size: 8 }), texts, mean);
});

test('a graph that pools is not pooled again, but truncated and normalised', async (t) => {
  const folder = await folderWith(t, 'sentence.onnx');
  await assertVectors(folder, texts, cls);
  const encoder = await loadOnnxEncoder(folder, { dimensions: 3, threads: 1 });
  const vectors = await encoder.encode(texts);
  assert.equal(vectors.length, texts.length * 3);
  assert.ok(Math.abs(Math.hypot(...vectors.subarray(0, 3)) - 1) < 1e-6);
  await encoder.close();
});

test('settings of sentence-transformers also apply to an exported graph', async (t) => {
  const folder = await folderWith(t, 'tokens.onnx');
  await mkdir(join(folder, '1_Pooling'));
  await writeFile(join(folder, '1_Pooling/config.json'), '{"pooling_mode": "cls"}');
  await writeFile(
    join(folder, 'modules.json'),
    '[{"type": "x.Transformer", "path": ""}, {"type": "x.Pooling", "path": "1_Pooling"}]',
  );
  await assertVectors(folder, texts, cls);
});

test('weights in an external file are found and are part of the id', async (t) => {
  const folder = await folderWith(t, 'external.onnx');
  await assert.rejects(loadOnnxEncoder(folder), { code: 'MODEL_FILE_MISSING', message: /external\.onnx_data/ });
  const data = join(folder, 'external.onnx_data');
  await copyFile(join(FIXTURES, 'exported-onnx/external.onnx_data'), data);
  await assertVectors(folder, texts, mean);
  const idOf = async () => {
    const encoder = await loadOnnxEncoder(folder, { threads: 1 });
    await encoder.close();
    return encoder.id;
  };
  const before = await idOf();
  const bytes = await readFile(data);
  bytes[0] ^= 1;
  await writeFile(data, bytes);
  assert.notEqual(await idOf(), before);
});

test('an exported graph is used only if the architecture is unknown', async (t) => {
  const folder = await folderOf(t, { model: 'bert', tokenizer: 'wordpiece' });
  await copyFile(join(FIXTURES, 'exported-onnx/tokens.onnx'), join(folder, 'model.onnx'));
  await assertVectors(folder, texts, cases.find(({ name }) => name === 'bert')!.vectors);
  await edit(join(folder, 'config.json'), (config) => ({ ...config, model_type: 'bloom' }));
  await assertVectors(folder, texts, mean);
});

const graph = (name: string) => (folder: string) =>
  copyFile(join(FIXTURES, 'exported-onnx', name), join(folder, 'model.onnx'));
const DAMAGES: [what: string, damage: (folder: string) => Promise<void>, code: string, message: RegExp][] = [
  ['that is truncated', (d) => truncate(join(d, 'model.onnx'), 900), 'MODEL_BAD_FILE', /not an ONNX model/],
  ['that is empty', (d) => truncate(join(d, 'model.onnx'), 0), 'MODEL_BAD_FILE', /not an ONNX model/],
  [
    'in another format',
    (d) => writeFile(join(d, 'model.onnx'), 'x'.repeat(999)),
    'MODEL_BAD_FILE',
    /not an ONNX model/,
  ],
  ['with a cache of keys', graph('past.onnx'), 'MODEL_UNSUPPORTED', /past_key_values/],
  ['that has only logits', graph('logits.onnx'), 'MODEL_UNSUPPORTED', /last_hidden_state/],
  ['in half precision', graph('float16.onnx'), 'MODEL_UNSUPPORTED', /float16/],
];
for (const [what, damage, code, message] of DAMAGES)
  test(`a graph ${what} is refused`, async (t) => {
    const folder = await folderWith(t, 'tokens.onnx');
    await damage(folder);
    await assert.rejects(loadOnnxEncoder(folder), { code, message });
  });

test('a graph whose weights are outside its folder is refused', async (t) => {
  const folder = await folderWith(t, 'external.onnx');
  const file = join(folder, 'model.onnx');
  const text = (await readFile(file)).toString('latin1').replaceAll('external.onnx_data', '../etc/onnx_passwd');
  await writeFile(file, text, 'latin1');
  await assert.rejects(loadOnnxEncoder(folder), { code: 'MODEL_BAD_FILE', message: /outside its folder/ });
});
