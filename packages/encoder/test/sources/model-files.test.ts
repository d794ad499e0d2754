/** The selection of a model's files from a repository. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseModelFiles } from '../../src/sources/model-files.ts';

const OTHERS = ['README.md', '.gitattributes', 'pytorch_model.bin', 'tf_model.h5', 'data_config.json', 'vocab.txt'];
const BASE = ['config.json', 'tokenizer.json'];

test('one file of weights is preferred to shards and exported graphs', () => {
  const wanted = [
    ...BASE,
    'tokenizer_config.json',
    'modules.json',
    'sentence_bert_config.json',
    'config_sentence_transformers.json',
    '1_Pooling/config.json',
    '2_Dense/config.json',
    '2_Dense/model.safetensors',
    'model.safetensors',
  ];
  const paths = [...OTHERS, ...wanted, 'onnx/model.onnx', 'onnx/model_qint8_avx512.onnx', 'openvino/config.json'];
  assert.deepEqual(chooseModelFiles(paths), { files: wanted, missing: [] });
});

test('shards include their index, a graph includes its data', () => {
  const shards = [
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    'model.safetensors.index.json',
  ];
  assert.deepEqual(chooseModelFiles([...OTHERS, ...BASE, ...shards]), { files: [...BASE, ...shards], missing: [] });
  const graph = ['onnx/model.onnx', 'onnx/model.onnx_data'];
  assert.deepEqual(chooseModelFiles([...BASE, ...graph, 'onnx/model_fp16.onnx']), {
    files: [...BASE, ...graph],
    missing: [],
  });
  assert.deepEqual(chooseModelFiles([...BASE, 'model.onnx']).files, [...BASE, 'model.onnx']);
});

test('a transformer may be in a module folder', () => {
  const paths = ['modules.json', '0_Transformer/config.json', '0_Transformer/tokenizer.json'];
  const weights = '0_Transformer/model.safetensors';
  assert.deepEqual(chooseModelFiles([...paths, weights]), { files: [...paths, weights], missing: [] });
});

test('missing files are listed; weights of a Dense module do not count as weights of the transformer', () => {
  assert.deepEqual(chooseModelFiles(['config.json', 'model.safetensors.bak', '2_Dense/model.safetensors']).missing, [
    'tokenizer.json',
    'model.safetensors',
  ]);
});
