/** Runs the conformance suite for every provider. */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { LorekeepError } from '@lorekeep/core';
import { readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { type EndpointServer, json, startEndpoint } from '@lorekeep/testing';
import { encoderConformance } from '../../src/conformance/conformance.ts';
import { createLexicalEncoder, loadOnnxEncoder, openEncoder, openTransformers } from '../../src/index.ts';
import { FIXTURES, TINY_BERT, transformersInstalled } from '../support/fixtures.ts';
import { scratchFolder } from '../support/machine.ts';
import { cosine, rowOf } from '../support/vectors.ts';

const SCRATCH = scratchFolder();
const TEXTS = ['a steel screw', 'the red lamp', 'a lamp with steel', 'screw', 'a cordless drill, 18 V'];

encoderConformance('the built-in ONNX encoder', {
  texts: TEXTS,
  open: () => loadOnnxEncoder(TINY_BERT, { threads: 1 }),
  openOther: () => loadOnnxEncoder(TINY_BERT, { threads: 1, maxLength: 8 }),
  async openNotFinite() {
    const directory = join(SCRATCH, 'not-finite');
    await cp(TINY_BERT, directory, { recursive: true });
    const file = join(directory, 'model.safetensors');
    const { arrays } = await readSafetensors(file);
    for (const { data } of Object.values(arrays)) if (data instanceof Float32Array) data[0] = Number.NaN;
    await saveSafetensors(file, arrays);
    return loadOnnxEncoder(directory, { threads: 1 });
  },
});

encoderConformance('the lexical encoder', {
  texts: TEXTS,
  zeros: true,
  open: async () => createLexicalEncoder(TEXTS),
  openOther: async () => createLexicalEncoder(TEXTS, { dim: 3 }),
});

let server: EndpointServer;
before(async () => {
  server = await startEndpoint();
});
after(() => server.close());

encoderConformance('an endpoint', {
  texts: TEXTS,
  open: () => openEncoder('endpoint:conforming', { endpoint: { url: server.url, batchTexts: 3 } }),
  openOther: () => openEncoder('endpoint:conforming', { endpoint: { url: server.url, prompt: 'Product: ' } }),
  async openNotFinite() {
    const broken = await openEncoder('endpoint:broken', { endpoint: { url: server.url } });
    server.misbehave((request, response) => {
      if (request.model !== 'broken') return false;
      return json(response, 200, {
        data: request.input.map((_, index) => ({ index, embedding: Array(16).fill(null) })),
      });
    });
    return broken;
  },
});

/** `models/bert` as an exported graph with its tokenizer, in the layout of transformers.js. */
async function exported(name: string): Promise<string> {
  const folder = join(SCRATCH, name);
  await cp(join(FIXTURES, 'models/bert'), folder, { recursive: true });
  await cp(join(FIXTURES, 'tokenizers/wordpiece'), folder, { recursive: true });
  await mkdir(join(folder, 'onnx'), { recursive: true });
  await cp(join(FIXTURES, 'exported-onnx/bert.onnx'), join(folder, 'onnx/model.onnx'));
  return folder;
}

let model: Promise<string> | undefined;
const once = () => (model ??= exported('exported'));

const installed = transformersInstalled();
if (!installed && process.env.LOREKEEP_TEST_EXTRAS === 'required')
  test('@huggingface/transformers is installed in CI', () => assert.fail('Run "pnpm extras" before the tests.'));
const skip = !installed && '@huggingface/transformers is not installed: run "pnpm extras" to test it too';

encoderConformance('transformers.js', {
  texts: TEXTS,
  skip,
  open: async () => openEncoder(`transformers:${await once()}`, { threads: 1 }),
  openOther: async () => openEncoder(`transformers:${await once()}`, { threads: 1, maxLength: 8 }),
  async openNotFinite() {
    const folder = await exported('transformers-not-finite');
    // Finds a weight of the graph by its bytes and replaces its first values by NaN.
    const { arrays } = await readSafetensors(join(folder, 'model.safetensors'));
    const [, table] = Object.entries(arrays).find(([name]) => name.endsWith('embeddings.word_embeddings.weight'))!;
    const graph = await readFile(join(folder, 'onnx/model.onnx'));
    const at = graph.indexOf(Buffer.from((table.data as Float32Array).slice(0, 64).buffer));
    assert.ok(at > 0);
    for (let row = 0; row < table.shape[0]; row++) graph.writeFloatLE(Number.NaN, at + row * table.shape[1] * 4);
    await writeFile(join(folder, 'onnx/model.onnx'), graph);
    return openTransformers(folder, { threads: 1 });
  },
});

test('transformers.js gives the same vectors as the built-in encoder', { skip }, async () => {
  const folder = await exported('compared');
  const builtIn = await loadOnnxEncoder(folder, { threads: 1 });
  const other = await openTransformers(folder, { threads: 1, batchTokens: 20 });
  assert.notEqual(other.id, builtIn.id);
  const [ours, theirs] = await Promise.all([builtIn.encode(TEXTS), other.encode(TEXTS)]);
  TEXTS.forEach((_, row) => {
    assert.ok(cosine(rowOf(ours, row, other.dim), rowOf(theirs, row, other.dim)) > 0.999999);
  });
  await writeFile(join(folder, 'onnx/model.onnx'), 'not a graph');
  await assert.rejects(openTransformers(folder), { code: 'MODEL_BAD_FILE' });
  await assert.rejects(openTransformers(TINY_BERT), { code: 'MODEL_FILE_MISSING', message: /model\.onnx/ });
  await Promise.all([builtIn.close(), other.close()]);
});

test('without the package, the error says which package to install and how', async () => {
  const before = process.cwd();
  process.chdir(SCRATCH);
  try {
    await assert.rejects(openTransformers(TINY_BERT), (error: LorekeepError) => {
      assert.equal(error.code, 'ENCODER_PACKAGE_MISSING');
      assert.equal(error.details.package, '@huggingface/transformers');
      return /pnpm extras/.test(error.hint ?? '');
    });
  } finally {
    process.chdir(before);
  }
});
