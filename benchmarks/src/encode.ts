/**
 * The frozen text encoder against sentence-transformers (PyTorch, fp32): the same model files, the same item texts, the
 * same maximal length, equally many threads. First every text's two vectors are compared; then blocks of encoding
 * everything alternate. Tokenising and sorting count on both sides.
 *
 * Texts: of the data directory given, else of `../shared/data/amazon18-scientific` where that is, else of a simulated shop.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { simulateShop } from '@lorekeep/datasets';
import { itemText, loadOnnxEncoder, resolveModel } from '@lorekeep/encoder';
import type { Item } from '@lorekeep/store';
import { interleave } from './interleave.ts';
import { peakRssMb } from './machine.ts';
import { peerPython, startPeer } from './peers.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const DEFAULT_DATA = fileURLToPath(new URL('../../../shared/data/amazon18-scientific', import.meta.url));
const REQUIREMENTS = ['torch==2.15.0', 'sentence-transformers==6.2.0', 'transformers==5.23.0', 'numpy==2.4.6'];

async function itemTexts(data: string | undefined, log: (line: string) => void): Promise<string[]> {
  const directory = data ?? (existsSync(DEFAULT_DATA) ? DEFAULT_DATA : undefined);
  if (directory === undefined) {
    log('texts of a simulated shop');
    return [...simulateShop({ events: 1000, items: 4000 }).items()].map((item) => itemText(item));
  }
  log(`texts of ${directory}`);
  const lines = gunzipSync(await readFile(join(directory, 'items.jsonl.gz')))
    .toString()
    .trim()
    .split('\n');
  return lines.map((line) => {
    const { item: id, ...fields } = JSON.parse(line) as Omit<Item, 'id'> & { item: string };
    return itemText({ id, ...fields });
  });
}

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const texts = (await itemTexts(data, log)).filter((text) => text !== '');
  const model = await resolveModel();
  const encoder = await loadOnnxEncoder(model.directory, { threads, name: model.name, weights: model.weights });
  const peer = startPeer('encode.py', await peerPython(REQUIREMENTS, { log }), {
    env: { OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'true' },
  });
  try {
    await peer.call('setup', { model: model.directory, texts, threads });
    log(`comparing the vectors of ${texts.length} texts`);
    const ours = await encoder.encode(texts);
    const answer = await peer.call<{ vectors: string }>('encode', { count: texts.length, vectors: true });
    const theirs = new Float32Array(new Uint8Array(Buffer.from(answer.vectors, 'base64')).buffer);
    const { least, mean } = cosines(ours, theirs, encoder.dim);
    log(`cosine: least ${least}, mean ${mean}`);

    const count = quick ? Math.min(300, texts.length) : texts.length;
    const block = texts.slice(0, count);
    const timing = await interleave(
      [
        { name: 'ours', run: async () => void (await encoder.encode(block)) },
        {
          name: 'peer',
          run: async () => (await peer.call<{ milliseconds: number }>('encode', { count })).milliseconds,
        },
      ],
      { rounds: quick ? 3 : 5, warmup: quick ? 1 : 0 },
    );
    const perSecond = (milliseconds: number) => (count / milliseconds) * 1000;
    return {
      figures: {
        texts: texts.length,
        min_cosine_fp32: least,
        mean_cosine_fp32: mean,
        items_per_s_fp32: perSecond(timing.ours.median),
        peak_rss_mb: peakRssMb(),
      },
      peers: { sentence_transformers_items_per_s: perSecond(timing.peer.median) },
      ratios: { fp32_vs_sentence_transformers: timing.peer.median / timing.ours.median },
    };
  } finally {
    await Promise.all([peer.close(), encoder.close()]);
  }
}

function cosines(a: Float32Array, b: Float32Array, dim: number): { least: number; mean: number } {
  let least = 1;
  let sum = 0;
  for (let row = 0; row < a.length; row += dim) {
    let dot = 0;
    let squaresA = 0;
    let squaresB = 0;
    for (let i = row; i < row + dim; i++) {
      dot += a[i] * b[i];
      squaresA += a[i] ** 2;
      squaresB += b[i] ** 2;
    }
    const cosine = dot / Math.sqrt(squaresA * squaresB);
    if (!(cosine >= least)) least = cosine;
    sum += cosine;
  }
  return { least, mean: sum / (a.length / dim) };
}
