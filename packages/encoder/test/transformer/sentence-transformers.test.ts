/** Compares the settings of sentence-transformers with that library (`fixtures/make_heads.py`). */
import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxEncoder } from '../../src/index.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { assertVectors, edit, folderOf, type ReferenceCase, readCases } from '../support/reference.ts';

const { texts, cases } = await readCases('heads.json');
const { lowered } = JSON.parse(await readFile(join(FIXTURES, 'heads.json'), 'utf8'));

for (const one of cases)
  test(`${one.name}: same vectors as sentence-transformers`, async (t) => {
    await assertVectors(await folderOf(t, one), texts, one.vectors, one.options);
  });

test('lower case, letter by letter: same vectors as sentence-transformers', async (t) => {
  for (const one of lowered.cases) await assertVectors(await folderOf(t, one), lowered.texts, one.vectors);
});

const caseNamed = (name: string) => cases.find((one) => one.name === name)!;

test('the id depends on prompt, dimensions, length, modules and their weights', async (t) => {
  const dense = caseNamed('Dense, tanh');
  const ids: string[] = [];
  const add = async (one: ReferenceCase, options = {}, change = async (_: string) => {}) => {
    const folder = await folderOf(t, one);
    await change(folder);
    const encoder = await loadOnnxEncoder(folder, { ...options, threads: 1 });
    ids.push(encoder.id);
    await encoder.close();
  };
  await add(dense);
  await add(dense, { prompt: 'a' });
  await add(dense, { dimensions: 5 });
  await add(dense, { maxLength: 7 });
  await add(caseNamed('Dense, SiLU'));
  await add(dense, {}, (folder) =>
    edit(join(folder, '2_Dense/config.json'), (config) => ({
      ...config,
      activation_function: 'torch.nn.modules.activation.ReLU',
    })),
  );
  assert.equal(new Set(ids).size, ids.length);
  await add(dense, { prompt: '', dimensions: 8 });
  assert.equal(ids.at(-1), ids[0]);
});

test('queries are read with the prompt `query` of the model, as sentence-transformers reads them', async (t) => {
  const folder = await folderOf(t, caseNamed('a prompt by name'));
  const named = await loadOnnxEncoder(folder, { promptName: 'query', threads: 1 });
  const expected = await named.encode(texts);
  assert.equal(named.encodeQueries, undefined, 'the caller has chosen one prompt for all texts');
  await named.close();
  await edit(join(folder, 'config_sentence_transformers.json'), (config) => ({ ...config, default_prompt_name: null }));
  const encoder = await loadOnnxEncoder(folder, { threads: 1 });
  assert.deepEqual(await encoder.encodeQueries?.(texts), expected);
  assert.notDeepEqual(await encoder.encode(texts), expected);
  await encoder.close();
  await assert.rejects(async () => encoder.encodeQueries?.(['a']), { code: 'ENCODER_CLOSED' });
  const plain = await loadOnnxEncoder(await folderOf(t, caseNamed('Dense, tanh')), { threads: 1 });
  assert.equal(plain.encodeQueries, undefined);
  await plain.close();
});

test('options that the model does not support are refused', async (t) => {
  const folder = await folderOf(t, caseNamed('a prompt by name'));
  for (const options of [
    { dimensions: 0 },
    { dimensions: 17 },
    { dimensions: 2.5 },
    { promptName: 'unknown' },
    { promptName: 'toString' },
    { prompt: 'a', promptName: 'query' },
    { prompt: 5 as unknown as string },
  ])
    await assert.rejects(loadOnnxEncoder(folder, options), { code: 'ENCODER_BAD_OPTION', kind: 'usage' });
});

const json = (file: string, changes: Record<string, unknown>) => (folder: string) =>
  edit(join(folder, file), (own) => ({ ...own, ...changes }));
const modules = (list: unknown) => (folder: string) => writeFile(join(folder, 'modules.json'), JSON.stringify(list));
const DENSE = '2_Dense/config.json';

const DAMAGES: [what: string, damage: (folder: string) => Promise<void>, code: string, message: RegExp][] = [
  ['a Dense without weights', (d) => rm(join(d, '2_Dense/model.safetensors')), 'MODEL_FILE_MISSING', /2_Dense\/model/],
  ['a Dense of another width', json(DENSE, { in_features: 12 }), 'MODEL_BAD_FILE', /12 values after one of 16/],
  ['weights of a Dense in another shape', json(DENSE, { out_features: 9 }), 'MODEL_BAD_FILE', /linear\.weight/],
  ['an unknown activation', json(DENSE, { activation_function: 'evil.Code' }), 'MODEL_UNSUPPORTED', /evil\.Code/],
  [
    'a Dense of tokens',
    json(DENSE, { module_input_name: 'token_embeddings' }),
    'MODEL_UNSUPPORTED',
    /token_embeddings/,
  ],
  ['a boolean that is a string', json(DENSE, { bias: 'yes' }), 'MODEL_BAD_FILE', /bias/],
  ['modules that are not a list', modules({}), 'MODEL_BAD_FILE', /list/],
  ['a module without a type', modules([null]), 'MODEL_BAD_FILE', /without type/],
  ['a static embedding', modules([{ type: 'x.StaticEmbedding', path: '' }]), 'MODEL_UNSUPPORTED', /StaticEmbedding/],
  [
    'a Dense before the pooling',
    modules([
      { type: 'x.Transformer', path: '' },
      { type: 'x.Dense', path: '2_Dense' },
      { type: 'x.Pooling', path: '1_Pooling' },
    ]),
    'MODEL_UNSUPPORTED',
    /Dense at position 1/,
  ],
  [
    'two poolings',
    modules([
      { type: 'x.Transformer' },
      { type: 'x.Pooling', path: '1_Pooling' },
      { type: 'x.Pooling', path: '1_Pooling' },
    ]),
    'MODEL_UNSUPPORTED',
    /Pooling at position 2/,
  ],
  ...['/etc', '..', 'a/../../b', '..\\b', 'a\0b'].map((path): (typeof DAMAGES)[number] => [
    `a module in ${JSON.stringify(path)}`,
    modules([{ type: 'x.Transformer' }, { type: 'x.Pooling', path }]),
    'MODEL_BAD_FILE',
    /outside the model/,
  ]),
  ['a transformer outside', modules([{ type: 'x.Transformer', path: '../other' }]), 'MODEL_BAD_FILE', /outside/],
  [
    'a prompt that is not a string',
    (d) => writeFile(join(d, 'config_sentence_transformers.json'), '{"prompts": {"a": 1}}'),
    'MODEL_BAD_FILE',
    /not a string/,
  ],
  [
    'another task',
    (d) => writeFile(join(d, 'sentence_bert_config.json'), '{"transformer_task": "fill-mask"}'),
    'MODEL_UNSUPPORTED',
    /fill-mask/,
  ],
  ['truncation on the left', json('tokenizer_config.json', { truncation_side: 'left' }), 'MODEL_UNSUPPORTED', /left/],
];
for (const [what, damage, code, message] of DAMAGES)
  test(`a folder with ${what} is refused`, async (t) => {
    const folder = await folderOf(t, caseNamed('Dense, tanh'));
    await damage(folder);
    await assert.rejects(loadOnnxEncoder(folder), { code, message });
  });
