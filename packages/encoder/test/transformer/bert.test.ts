/** A tiny BERT with random weights, and damaged model directories. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { loadOnnxEncoder } from '../../src/index.ts';
import { FIXTURES, TINY_BERT } from '../support/fixtures.ts';
import { temporaryFolder } from '../support/machine.ts';
import { edit } from '../support/reference.ts';
import { cosine, decodeVector, rowOf } from '../support/vectors.ts';

const expected = JSON.parse(await readFile(join(FIXTURES, 'tiny-bert.json'), 'utf8'));

async function copyOfTiny(t: TestContext): Promise<string> {
  const directory = join(await temporaryFolder(t), 'model');
  await cp(TINY_BERT, directory, { recursive: true });
  return directory;
}

const closeTo = (actual: Float32Array, wanted: Float32Array) => {
  for (let i = 0; i < wanted.length; i++) assert.ok(Math.abs(actual[i] - wanted[i]) < 2e-6, `${actual} ≠ ${wanted}`);
};

test('a BERT gives the vectors of sentence-transformers, with mean and CLS pooling, for every batch size', async (t) => {
  for (const mode of ['mean', 'cls']) {
    const directory = await copyOfTiny(t);
    await edit(join(directory, '1_Pooling/config.json'), (config) => ({ ...config, pooling_mode: mode }));
    for (const batchTokens of [1, 20, 4096]) {
      const encoder = await loadOnnxEncoder(directory, { batchTokens, threads: 1 });
      const vectors = await encoder.encode(expected.texts);
      expected[mode].forEach((vector: string, row: number) => {
        closeTo(rowOf(vectors, row, encoder.dim), decodeVector(vector));
      });
      await encoder.close();
    }
  }
});

test('older pooling settings and weight names with the prefix bert. are supported', async (t) => {
  const directory = await copyOfTiny(t);
  await writeFile(
    join(directory, '1_Pooling/config.json'),
    JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
  );
  const file = join(directory, 'model.safetensors');
  const { arrays } = await readSafetensors(file);
  await saveSafetensors(
    file,
    Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`bert.${name}`, array])),
  );
  const encoder = await loadOnnxEncoder(directory);
  const vectors = await encoder.encode(expected.texts.slice(0, 1));
  closeTo(vectors, decodeVector(expected.cls[0]));
  await encoder.close();
});

test('edge cases have vectors: empty text, a megabyte, lone surrogates, control characters', async (t) => {
  const encoder = await loadOnnxEncoder(TINY_BERT);
  t.after(() => encoder.close());
  assert.equal((await encoder.encode([])).length, 0);
  const texts = [
    '',
    'a'.repeat(1 << 20),
    '! '.repeat(1 << 19),
    'a steel \ud83d screw',
    '\u0000a\u0007 \u009f',
    '\udc00',
  ];
  const vectors = await encoder.encode(texts);
  texts.forEach((_, row) => {
    assert.ok(Math.abs(Math.hypot(...rowOf(vectors, row, encoder.dim)) - 1) < 1e-5);
  });
  const replaced = await encoder.encode(['a steel \ufffd screw']);
  assert.ok(cosine(replaced, rowOf(vectors, 3, encoder.dim)) > 0.999999);
});

test('options out of range are refused', async () => {
  for (const options of [
    { maxLength: 1 },
    { maxLength: 25 },
    { maxLength: 2.5 },
    { threads: 0 },
    { batchTokens: 0 },
    { batchTokens: Number.NaN },
  ])
    await assert.rejects(loadOnnxEncoder(TINY_BERT, options), { code: 'ENCODER_BAD_OPTION', kind: 'usage' });
});

test('a closed encoder finishes running calls and refuses new ones', async () => {
  const encoder = await loadOnnxEncoder(TINY_BERT);
  const work = encoder.encode(['a steel screw']);
  await Promise.all([encoder.close(), encoder.close()]);
  assert.equal((await work).length, encoder.dim);
  await assert.rejects(encoder.encode(['a']), { code: 'ENCODER_CLOSED' });
});

const without = (file: string) => (directory: string) => rm(join(directory, file));
const config = (change: Record<string, unknown>) => (directory: string) =>
  edit(join(directory, 'config.json'), (json) => ({ ...json, ...change }));
const weight = (name: string, change: (data: Float32Array) => void) => async (directory: string) => {
  const file = join(directory, 'model.safetensors');
  const { arrays } = await readSafetensors(file);
  change(arrays[name].data as Float32Array);
  await saveSafetensors(file, arrays);
};
const write = (file: string, text: string) => (directory: string) => writeFile(join(directory, file), text);

const DAMAGES: [what: string, damage: (directory: string) => Promise<void>, code: string, message: RegExp][] = [
  ['no configuration', without('config.json'), 'MODEL_FILE_MISSING', /config\.json/],
  ['no tokenizer', without('tokenizer.json'), 'MODEL_FILE_MISSING', /tokenizer\.json/],
  ['no weights', without('model.safetensors'), 'MODEL_FILE_MISSING', /model\.safetensors/],
  ['truncated weights', (d) => truncate(join(d, 'model.safetensors'), 9000), 'SAFETENSORS_TRUNCATED', /safetensors/],
  ['weights in another format', write('model.safetensors', 'x'.repeat(999)), 'SAFETENSORS_HEADER', /safetensors/],
  ['another architecture', config({ model_type: 'bloom' }), 'MODEL_UNSUPPORTED', /bloom/],
  ['another activation', config({ hidden_act: 'mish' }), 'MODEL_UNSUPPORTED', /mish/],
  ['relative positions', config({ position_embedding_type: 'relative_key' }), 'MODEL_UNSUPPORTED', /relative_key/],
  ['a size that is not a number', config({ hidden_size: '12' }), 'MODEL_BAD_FILE', /hidden_size/],
  ['heads that do not divide', config({ num_attention_heads: 5 }), 'MODEL_BAD_FILE', /5 heads/],
  ['more layers than weights', config({ num_hidden_layers: 3 }), 'MODEL_BAD_FILE', /encoder\.layer\.2/],
  ['weights of another shape', config({ intermediate_size: 24 }), 'MODEL_BAD_FILE', /intermediate\.dense/],
  ['a vocabulary too small', config({ vocab_size: 15 }), 'MODEL_BAD_FILE', /15/],
  ['configuration that is not JSON', write('config.json', '{'), 'MODEL_BAD_FILE', /config\.json/],
  ['an invalid tokenizer', write('tokenizer.json', '{"model": {"type": "none"}}'), 'MODEL_BAD_FILE', /tokenizer/],
  [
    'weights that are not numbers',
    weight('encoder.layer.1.output.dense.weight', (data) => void (data[5] = Number.NaN)),
    'MODEL_BAD_FILE',
    /not finite.*encoder\.layer\.1\.output/,
  ],
  [
    'weights that are infinite',
    weight('embeddings.word_embeddings.weight', (data) => void (data[0] = Number.NEGATIVE_INFINITY)),
    'MODEL_BAD_FILE',
    /not finite/,
  ],
  ['another pooling', write('1_Pooling/config.json', '{"pooling_mode": "median"}'), 'MODEL_UNSUPPORTED', /median/],
  [
    'an unknown module',
    write('modules.json', '[{"type": "x.Transformer"}, {"type": "x.CNN", "path": "1"}]'),
    'MODEL_UNSUPPORTED',
    /CNN/,
  ],
  [
    'a module outside its folder',
    write('modules.json', '[{"type": "x.Transformer"}, {"type": "x.Pooling", "path": "../../p"}]'),
    'MODEL_BAD_FILE',
    /outside/,
  ],
  [
    'a default prompt that does not exist',
    write('config_sentence_transformers.json', '{"default_prompt_name": "query"}'),
    'MODEL_BAD_FILE',
    /"query"/,
  ],
];
for (const [what, damage, code, message] of DAMAGES)
  test(`a model with ${what} is refused`, async (t) => {
    const directory = await copyOfTiny(t);
    await damage(directory);
    await assert.rejects(loadOnnxEncoder(directory), { code, message });
  });

test('weights that overflow on a text give an error, not a vector', async (t) => {
  const directory = await copyOfTiny(t);
  await weight('encoder.layer.1.output.LayerNorm.weight', (data) => data.fill(3e38))(directory);
  const encoder = await loadOnnxEncoder(directory);
  t.after(() => encoder.close());
  await assert.rejects(encoder.encode(['a lamp']), { code: 'ENCODER_NOT_FINITE' });
});

test('the id depends on the weights, the tokenizer and the pooling', async (t) => {
  const idOf = async (directory: string) => {
    const encoder = await loadOnnxEncoder(directory);
    await encoder.close();
    return encoder.id;
  };
  const changes = [
    async () => {},
    weight('embeddings.LayerNorm.bias', (data) => void (data[0] += 1)),
    write('1_Pooling/config.json', '{"pooling_mode": "cls"}'),
    (d: string) => edit(join(d, 'tokenizer.json'), (json) => ({ ...json, normalizer: null })),
  ];
  const ids = [await idOf(TINY_BERT)];
  for (const change of changes) {
    const directory = await copyOfTiny(t);
    await change(directory);
    ids.push(await idOf(directory));
  }
  assert.equal(ids[0], ids[1]);
  assert.equal(new Set(ids).size, changes.length);
});

test('encoding does not block the event loop, and an idle encoder does not keep the process alive', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '-e',
      `import { loadOnnxEncoder } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)};
       const encoder = await loadOnnxEncoder(${JSON.stringify(TINY_BERT)}, { threads: 2 });
       let ticks = 0;
       const timer = setInterval(() => ticks++, 1);
       await encoder.encode(Array.from({ length: 3000 }, (_, i) => 'a steel screw '.repeat(i % 8)));
       clearInterval(timer);
       console.log(ticks);`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let ticks = '';
  child.stdout.on('data', (text) => {
    ticks += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0);
  assert.ok(Number(ticks) > 1, `${ticks} ticks`);
});
