/**
 * The frozen text encoder, fp32 and int8, against sentence-transformers (PyTorch fp32), sentence-transformers' own ONNX backend
 * and `@huggingface/transformers`: the same weights, the same item texts, the same maximal length, equally many threads.
 * First all vectors are compared with PyTorch's; then encoding everything alternates, one contestant after the other.
 * Tokenising and sorting count on all sides. Then single texts, one after the other, as an upsert or a search sends them.
 *
 * Texts: 500 each of three real catalogues where they lie in `../shared/data` (short: Arts, titles; middle: Scientific, title,
 * brand and category; long: Office, with descriptions), else of a simulated shop; with `--data` of that directory. Keys without
 * an ending are of the middle one.
 *
 * Full runs also train the towers on Scientific twice, same seed, on vectors of either precision, and report NDCG@10 on validation
 * beside that of the untrained nearest neighbours of the last item.
 *
 * `gemm_peak_fraction`: the multiplications and additions of the linear layers, padding not counted, a second of encoding, over
 * what this machine's threads do in one 1024³ product or in one each, whichever is more.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadOnnxEncoder, type ModelFiles, resolveModel, type TextEncoder } from '@lorekeep/encoder';
import { defaultData } from './default-data.ts';
import { interleave, median } from './interleave.ts';
import { type TextSample, textSamples } from './item-texts.ts';
import { matmulPeakGflops, peakRssMb } from './machine.ts';
import { type Peer, peerPackages, peerPython, startPeer } from './peers.ts';
import type { BenchOptions, BenchResult } from './result.ts';

const TORCH = ['torch==2.15.0', 'sentence-transformers==6.2.0', 'transformers==5.23.0', 'numpy==2.4.6'];
/** The newest that go together: the ONNX backend's exporter wants older ones. */
const ONNX = [
  'torch==2.15.0',
  'sentence-transformers==5.7.0',
  'transformers==4.57.6',
  'optimum==2.1.0',
  'optimum-onnx==0.1.0',
  'onnxruntime==1.32.0',
  'numpy==2.4.6',
];
const TRANSFORMERS = ['@huggingface/transformers@4.3.1'];
const EXPORTS = fileURLToPath(new URL('../../.peers', import.meta.url));

const PEERS = ['sentence_transformers', 'sentence_transformers_onnx', 'transformers_js'] as const;
type PeerName = (typeof PEERS)[number];

export async function run({ quick, data, log }: BenchOptions): Promise<BenchResult> {
  const threads = availableParallelism();
  const samples = await textSamples(data, quick ? 100 : 500);
  const model = await resolveModel();
  const open = (precision: 'fp32' | 'int8') =>
    loadOnnxEncoder(model.directory, { threads, name: model.name, weights: model.weights, precision });

  const fp32 = await open('fp32');
  const closing: (() => Promise<void>)[] = [() => fp32.close()];
  try {
    const ours = new Map<string, Float32Array>();
    for (const { name, texts } of samples) ours.set(name, await fp32.encode(texts));
    // Before anything else is loaded here: what a program that only encodes needs.
    const result: BenchResult = { figures: { peak_rss_mb: peakRssMb() }, peers: {}, ratios: {} };
    const int8 = await open('int8');
    closing.push(() => int8.close());
    const peers = await startPeers(model, threads, log);
    closing.push(...PEERS.map((name) => () => peers[name].close()));
    const operations = await operationsOfToken(model.directory);

    for (const sample of samples) {
      const suffix = samples.length > 1 ? `_${sample.name}` : '';
      log(`${sample.name}: ${sample.texts.length} texts`);
      const measured = await measure(sample, ours.get(sample.name)!, { fp32, int8, peers, threads, quick, operations });
      for (const group of ['figures', 'peers', 'ratios'] as const)
        for (const [key, value] of Object.entries(measured[group])) {
          if (suffix !== '') result[group][`${key}${suffix}`] = value;
          if (sample === (samples.find(({ name }) => name === 'middle') ?? samples[0])) result[group][key] = value;
          log(`  ${key} ${value.toPrecision(6)}`);
        }
    }
    const catalogue = data ?? defaultData();
    if (!quick && catalogue !== undefined && existsSync(join(catalogue, 'interactions.tsv.gz'))) {
      log('training the towers on vectors of either precision');
      const { qualityOfPrecisions } = await import('./encode-quality.ts');
      Object.assign(result.figures, await qualityOfPrecisions(catalogue, log));
    }
    return result;
  } finally {
    await Promise.all(closing.map((close) => close()));
  }
}

async function startPeers(
  model: ModelFiles,
  threads: number,
  log: (line: string) => void,
): Promise<Record<PeerName, Peer>> {
  const env = { OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: 'true' };
  const exported = join(EXPORTS, `onnx-${(model.weights ?? model.name).slice(0, 16)}`);
  const packages = await peerPackages(TRANSFORMERS, { log });
  const peers = {
    sentence_transformers: startPeer('encode.py', await peerPython(TORCH, { log }), { env }),
    sentence_transformers_onnx: startPeer(
      'encode.py',
      await peerPython(ONNX, { log, variable: 'LOREKEEP_PEER_PYTHON_ONNX' }),
      { env },
    ),
    transformers_js: startPeer('encode_transformers.mjs', process.execPath, { args: [packages] }),
  };
  await peers.sentence_transformers.call('setup', { model: model.directory, threads });
  // Its export is what transformers.js runs, too.
  const onnx = { model: model.directory, threads, backend: 'onnx', export: exported };
  await peers.sentence_transformers_onnx.call('setup', onnx);
  await peers.transformers_js.call('setup', { model: exported, threads });
  return peers;
}

interface Contest {
  fp32: TextEncoder;
  int8: TextEncoder;
  peers: Record<PeerName, Peer>;
  threads: number;
  quick: boolean;
  operations: number;
}

async function measure(
  { texts }: TextSample,
  ours: Float32Array,
  { fp32, int8, peers, threads, quick, operations }: Contest,
): Promise<BenchResult> {
  let tokens = 0;
  const vectors = {} as Record<PeerName, Float32Array>;
  for (const name of PEERS) {
    const given = await peers[name].call<{ tokens?: number }>('texts', { texts });
    tokens = given.tokens ?? tokens;
    const answer = await peers[name].call<{ vectors: string }>('encode', { vectors: true });
    vectors[name] = new Float32Array(new Uint8Array(Buffer.from(answer.vectors, 'base64')).buffer);
  }
  const reference = vectors.sentence_transformers;
  const exact = cosines(ours, reference, fp32.dim);
  const quantised = cosines(await int8.encode(texts), reference, fp32.dim);

  const timing = await interleave(
    [
      { name: 'fp32', run: async () => void (await fp32.encode(texts)) },
      { name: 'int8', run: async () => void (await int8.encode(texts)) },
      ...PEERS.map((name) => ({
        name,
        run: async () => (await peers[name].call<{ milliseconds: number }>('encode')).milliseconds,
      })),
      { name: 'peak', run: () => bestGflops(threads) },
    ] as const,
    { rounds: quick ? 2 : 3, warmup: 0 },
  );
  const count = quick ? 10 : 50;
  const single: Record<'fp32' | 'int8' | 'peer', number[]> = { fp32: [], int8: [], peer: [] };
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    single.fp32.push(...(await singly(fp32, texts.slice(0, count))));
    single.int8.push(...(await singly(int8, texts.slice(0, count))));
    const answer = await peers.sentence_transformers.call<{ milliseconds: number[] }>('single', { count });
    single.peer.push(...answer.milliseconds);
  }

  const perSecond = (milliseconds: number) => (texts.length / milliseconds) * 1000;
  const { fp32: time, int8: timeInt8, peak } = timing;
  return {
    figures: {
      texts: texts.length,
      tokens_per_text: tokens / texts.length,
      min_cosine_fp32: exact.least,
      mean_cosine_int8: quantised.mean,
      min_cosine_int8: quantised.least,
      items_per_s_fp32: perSecond(time.median),
      items_per_s_int8: perSecond(timeInt8.median),
      gemm_peak_fraction: (tokens * operations) / (time.median * 1e6) / peak.median,
      single_text_p50_ms: median(single.fp32),
      single_text_p99_ms: quantile(single.fp32, 0.99),
      single_text_p50_ms_int8: median(single.int8),
    },
    peers: {
      ...Object.fromEntries(PEERS.map((name) => [`${name}_items_per_s`, perSecond(timing[name].median)])),
      sentence_transformers_onnx_min_cosine: cosines(vectors.sentence_transformers_onnx, reference, fp32.dim).least,
      transformers_js_min_cosine: cosines(vectors.transformers_js, reference, fp32.dim).least,
      sentence_transformers_single_text_p50_ms: median(single.peer),
    },
    ratios: {
      fp32_vs_sentence_transformers: timing.sentence_transformers.median / time.median,
      int8_vs_sentence_transformers: timing.sentence_transformers.median / timeInt8.median,
      fp32_vs_sentence_transformers_onnx: timing.sentence_transformers_onnx.median / time.median,
      fp32_vs_transformers_js: timing.transformers_js.median / time.median,
      int8_vs_fp32: time.median / timeInt8.median,
      single_text_vs_sentence_transformers: median(single.peer) / median(single.fp32),
    },
  };
}

async function bestGflops(threads: number): Promise<number> {
  const together = await matmulPeakGflops({ threads, rounds: 5 });
  return Math.max(together, threads * (await matmulPeakGflops({ threads: 1, rounds: 5 })));
}

async function singly(encoder: TextEncoder, texts: string[]): Promise<number[]> {
  const times: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    await encoder.encode([text]);
    times.push(performance.now() - start);
  }
  return times;
}

/** Multiplications and additions of a BERT's linear layers for one token. */
async function operationsOfToken(directory: string): Promise<number> {
  const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
  const { num_hidden_layers: layers, hidden_size: hidden, intermediate_size: wide } = config;
  return 2 * layers * (4 * hidden * hidden + 2 * hidden * wide);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
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
