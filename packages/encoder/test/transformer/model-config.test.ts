/**
 * Values of `config.json` that change the computation and are not supported are refused, not
 * approximated.
 */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadOnnxEncoder } from '../../src/index.ts';
import { edit, folderOf, readCases } from '../support/reference.ts';
import { decodeVector, rowOf } from '../support/vectors.ts';

const { cases } = await readCases('models.json');
const caseNamed = (name: string) => cases.find((one) => one.name === name)!;

const ROPE = { rope_theta: 100, factor: 2 };
const REFUSED: [model: string, config: Record<string, unknown>, code: string, message: RegExp][] = [
  ['llama', { rope_parameters: { ...ROPE, rope_type: 'yarn' } }, 'MODEL_UNSUPPORTED', /yarn/],
  ['llama', { rope_parameters: null, rope_scaling: { type: 'dynamic', factor: 2 } }, 'MODEL_UNSUPPORTED', /dynamic/],
  ['llama', { rope_parameters: { ...ROPE, partial_rotary_factor: 0.5 } }, 'MODEL_UNSUPPORTED', /partial_rotary/],
  ['llama', { rope_parameters: { rope_type: 'linear', rope_theta: 100 } }, 'MODEL_BAD_FILE', /factor/],
  ['llama', { rope_parameters: { rope_theta: -1 } }, 'MODEL_BAD_FILE', /rope_theta/],
  ['llama', { rope_parameters: [1] }, 'MODEL_BAD_FILE', /rope_parameters/],
  ['llama', { head_dim: 3 }, 'MODEL_BAD_FILE', /pairs/],
  ['llama', { num_key_value_heads: 3 }, 'MODEL_BAD_FILE', /4 .*among 3/],
  ['llama', { attention_bias: 1 }, 'MODEL_BAD_FILE', /attention_bias/],
  ['llama', { attention_bias: true }, 'MODEL_BAD_FILE', /q_proj\.bias/],
  ['llama', { quantization_config: { bits: 4 } }, 'MODEL_UNSUPPORTED', /quantization_config/],
  ['llama', { auto_map: { AutoModel: 'code.Model' } }, 'MODEL_UNSUPPORTED', /auto_map/],
  ['llama', { is_causal: false }, 'MODEL_UNSUPPORTED', /is_causal/],
  ['qwen3', { use_bidirectional_attention: true }, 'MODEL_UNSUPPORTED', /bidirectional/],
  ['qwen3', { hidden_act: 'xielu' }, 'MODEL_UNSUPPORTED', /xielu/],
  ['qwen2', { layer_types: ['full_attention'] }, 'MODEL_BAD_FILE', /2 layers/],
  ['qwen2', { layer_types: ['full_attention', 'chunked_attention'] }, 'MODEL_UNSUPPORTED', /chunked/],
  ['qwen2', { use_mrope: true }, 'MODEL_UNSUPPORTED', /use_mrope/],
  ['mistral', { layer_types: ['full_attention'] }, 'MODEL_UNSUPPORTED', /layer_types/],
  ['mpnet', { relative_attention_num_buckets: 16 }, 'MODEL_UNSUPPORTED', /buckets/],
  ['modernbert', { num_attention_heads: 3 }, 'MODEL_BAD_FILE', /3 heads/],
  ['modernbert', { norm_bias: true }, 'MODEL_BAD_FILE', /norm\.bias/],
  ['roberta', { pad_token_id: -1 }, 'MODEL_BAD_FILE', /pad_token_id/],
  ['roberta', { is_decoder: true }, 'MODEL_UNSUPPORTED', /is_decoder/],
  ['distilbert', { n_heads: 5 }, 'MODEL_BAD_FILE', /5 heads/],
];
for (const [model, config, code, message] of REFUSED)
  test(`${model} with ${JSON.stringify(config)} is refused`, async (t) => {
    const folder = await folderOf(t, caseNamed(model));
    await edit(join(folder, 'config.json'), (own) => ({ ...own, ...config }));
    await assert.rejects(loadOnnxEncoder(folder), { code, message });
  });

test('half-precision weights that are not finite are refused', async (t) => {
  for (const [model, bits] of [
    ['roberta', 0x7e00],
    ['bert', 0x7f80],
  ] as const) {
    const folder = await folderOf(t, caseNamed(model));
    const file = join(folder, 'model.safetensors');
    const bytes = await readFile(file);
    bytes.writeUInt16LE(bits, bytes.length - 2);
    await writeFile(file, bytes);
    await assert.rejects(loadOnnxEncoder(folder), { code: 'MODEL_BAD_FILE', message: /not finite/ });
  }
});

test('a text without any token has a vector of zeros, at every position', async (t) => {
  const one = caseNamed('qwen2');
  const folder = await folderOf(t, one);
  await edit(join(folder, 'tokenizer.json'), (own) => ({ ...own, post_processor: null }));
  const encoder = await loadOnnxEncoder(folder, { threads: 1 });
  t.after(() => encoder.close());
  const vectors = await encoder.encode(['', 'a lamp', '']);
  assert.ok(rowOf(vectors, 0, encoder.dim).every((value) => value === 0));
  assert.ok(Math.abs(Math.hypot(...rowOf(vectors, 1, encoder.dim)) - 1) < 1e-6);
  assert.ok(rowOf(vectors, 2, encoder.dim).every((value) => value === 0));
  assert.equal(decodeVector(one.vectors[0]).length, encoder.dim);
});

test('unusual texts have vectors with every kind of tokenizer', async (t) => {
  const texts = [
    '',
    'x'.repeat(1 << 20),
    'a '.repeat(1 << 19),
    '東京'.repeat(5000),
    'سلام שלום',
    '\ud800',
    'a\u0000\u001b[2J\u202e',
    '🦉',
  ];
  for (const name of ['bert', 'mpnet', 'llama', 'qwen3']) {
    const encoder = await loadOnnxEncoder(await folderOf(t, caseNamed(name)), { threads: 1 });
    const vectors = await encoder.encode(texts);
    texts.forEach((text, row) => {
      const length = Math.hypot(...rowOf(vectors, row, encoder.dim));
      assert.ok(Math.abs(length - 1) < 1e-5, `${name}: ${JSON.stringify(text.slice(0, 20))} has length ${length}`);
    });
    await encoder.close();
  }
});
