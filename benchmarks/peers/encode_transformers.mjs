/**
 * `@huggingface/transformers` (transformers.js) for the bench `encode`: its feature-extraction
 * pipeline with mean pooling and normalisation, 32 texts at a time. It pads every text to the longest
 * of its batch and does not sort, so the texts are sorted here, as sentence-transformers does itself.
 *
 *     node encode_transformers.mjs FOLDER     the packages are under FOLDER/node_modules
 */
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const { env, pipeline } = createRequire(join(process.argv[2], 'package.json'))('@huggingface/transformers');
const BATCH = 32;
let extract;
let texts = [];

const methods = {
  async ready() {
    return {};
  },
  async setup({ model, threads }) {
    env.allowRemoteModels = false;
    env.localModelPath = dirname(model);
    const session_options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
    extract = await pipeline('feature-extraction', basename(model), { dtype: 'fp32', device: 'cpu', session_options });
    return {};
  },
  async texts({ texts: given }) {
    texts = given;
    return {};
  },
  async encode({ vectors = false }) {
    const start = performance.now();
    const order = texts.map((_, index) => index).sort((a, b) => texts[b].length - texts[a].length);
    const rows = [];
    for (let at = 0; at < order.length; at += BATCH) {
      const some = order.slice(at, at + BATCH);
      const { data, dims } = await extract(
        some.map((index) => texts[index]),
        { pooling: 'mean', normalize: true },
      );
      some.forEach((index, row) => {
        rows[index] = data.slice(row * dims[1], (row + 1) * dims[1]);
      });
    }
    const milliseconds = performance.now() - start;
    const bytes = vectors ? Buffer.concat(rows.map((row) => Buffer.from(row.buffer))) : Buffer.alloc(0);
    return { milliseconds, vectors: bytes.toString('base64') };
  },
};

console.log = console.error;
for await (const line of createInterface({ input: process.stdin })) {
  const { method, params } = JSON.parse(line);
  const answer = await methods[method](params).then(
    (result) => ({ result }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
