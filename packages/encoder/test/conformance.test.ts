/** Every provider of vectors through the one suite. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { createLexicalEncoder, loadOnnxEncoder, openEncoder } from '../src/index.ts';
import { encoderConformance } from './conformance.ts';
import { type EndpointServer, json, startEndpoint } from './endpoint-server.ts';
import { scratchFolder, TINY_BERT } from './support.ts';

const TEXTS = ['a steel screw', 'the red lamp', 'a lamp with steel', 'screw', 'a cordless drill, 18 V'];

encoderConformance('the built-in ONNX encoder', {
  texts: TEXTS,
  open: () => loadOnnxEncoder(TINY_BERT, { threads: 1 }),
  openOther: () => loadOnnxEncoder(TINY_BERT, { threads: 1, maxLength: 8 }),
  async openNotFinite() {
    const directory = join(scratchFolder(), 'not-finite');
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
