/** One sample of texts, encoded by both of our precisions and by every peer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TextEncoder } from '@lorekeep/encoder';
import { interleave, median } from '../../measure/interleave.ts';
import { matmulPeakGflops } from '../../measure/machine.ts';
import type { Peer } from '../../peers/peer.ts';
import type { BenchResult } from '../../result.ts';
import { type EncodePeer, type EncodePeers, vectorsOf } from './peers.ts';

interface Contest {
  fp32: TextEncoder;
  int8: TextEncoder;
  peers: EncodePeers;
  threads: number;
  quick: boolean;
  /** Multiplications and additions per token. */
  operations: number;
}

/** The peer whose vectors the others are compared with, and whose single texts are timed. */
const REFERENCE = 'sentence_transformers';

/** @param ours `[texts × dim]` fp32 vectors of the texts */
export async function measure(texts: string[], ours: Float32Array, contest: Contest): Promise<BenchResult> {
  const { fp32, int8, threads, quick, operations } = contest;
  const peers = Object.entries(contest.peers) as [EncodePeer, Peer][];
  const agreement = await compareVectors(texts, ours, contest, peers);
  const timing = await interleave<'fp32' | 'int8' | 'peak' | EncodePeer>(
    [
      { name: 'fp32', run: async () => void (await fp32.encode(texts)) },
      { name: 'int8', run: async () => void (await int8.encode(texts)) },
      ...peers.map(([name, peer]) => ({
        name,
        run: async () => (await peer.call<{ milliseconds: number }>('encode')).milliseconds,
      })),
      { name: 'peak', run: () => bestGflops(threads) },
    ],
    { rounds: quick ? 2 : 3, warmup: 0 },
  );
  const single = await timeSingleTexts(texts, contest);
  const perSecond = (milliseconds: number) => (texts.length / milliseconds) * 1000;
  const { fp32: time, int8: timeInt8, peak } = timing;
  const { tokens } = agreement;
  return {
    figures: {
      texts: texts.length,
      ...agreement.figures,
      items_per_s_fp32: perSecond(time.median),
      items_per_s_int8: perSecond(timeInt8.median),
      ...(tokens === undefined
        ? {}
        : {
            tokens_per_text: tokens / texts.length,
            gemm_peak_fraction: (tokens * operations) / (time.median * 1e6) / peak.median,
          }),
      ...single.figures,
    },
    peers: {
      ...Object.fromEntries(peers.map(([name]) => [`${name}_items_per_s`, perSecond(timing[name].median)])),
      ...agreement.peers,
      ...single.peers,
    },
    ratios: {
      ...Object.fromEntries(peers.map(([name]) => [`fp32_vs_${name}`, timing[name].median / time.median])),
      ...(timing[REFERENCE] === undefined
        ? {}
        : { int8_vs_sentence_transformers: timing[REFERENCE].median / timeInt8.median }),
      int8_vs_fp32: time.median / timeInt8.median,
      ...single.ratios,
    },
  };
}

/**
 * Cosines of all vectors with the reference's.
 * @returns also the tokens of the texts; `undefined` if no peer counts them
 */
async function compareVectors(
  texts: string[],
  ours: Float32Array,
  { fp32, int8 }: Contest,
  peers: [EncodePeer, Peer][],
): Promise<Pick<BenchResult, 'figures' | 'peers'> & { tokens: number | undefined }> {
  let tokens: number | undefined;
  const vectors: Partial<Record<EncodePeer, Float32Array>> = {};
  for (const [name, peer] of peers) {
    const counted = await peer.call<{ tokens?: number }>('texts', { texts });
    tokens = counted.tokens ?? tokens;
    vectors[name] = await vectorsOf(peer);
  }
  const reference = vectors[REFERENCE];
  if (reference === undefined) return { figures: {}, peers: {}, tokens };
  const exact = cosines(ours, reference, fp32.dim);
  const quantised = cosines(await int8.encode(texts), reference, fp32.dim);
  const others = Object.entries(vectors).filter(([name]) => name !== REFERENCE);
  return {
    figures: {
      min_cosine_fp32: exact.min,
      mean_cosine_int8: quantised.mean,
      min_cosine_int8: quantised.min,
    },
    peers: Object.fromEntries(
      others.map(([name, other]) => [`${name}_min_cosine`, cosines(other, reference, fp32.dim).min]),
    ),
    tokens,
  };
}

/** Latency of single texts, ours and the reference's in turns. */
async function timeSingleTexts(texts: string[], { fp32, int8, peers, quick }: Contest): Promise<BenchResult> {
  const count = quick ? 10 : 50;
  const reference = peers[REFERENCE];
  const times: Record<'fp32' | 'int8' | 'peer', number[]> = { fp32: [], int8: [], peer: [] };
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    times.fp32.push(...(await oneByOne(fp32, texts.slice(0, count))));
    times.int8.push(...(await oneByOne(int8, texts.slice(0, count))));
    if (reference === undefined) continue;
    const answer = await reference.call<{ milliseconds: number[] }>('single', { count });
    times.peer.push(...answer.milliseconds);
  }
  const figures = {
    single_text_p50_ms: median(times.fp32),
    single_text_p99_ms: quantile(times.fp32, 0.99),
    single_text_p50_ms_int8: median(times.int8),
  };
  if (reference === undefined) return { figures, peers: {}, ratios: {} };
  return {
    figures,
    peers: { sentence_transformers_single_text_p50_ms: median(times.peer) },
    ratios: { single_text_vs_sentence_transformers: median(times.peer) / median(times.fp32) },
  };
}

/** Speed of matrix products: one product on all threads, or one product per thread. */
async function bestGflops(threads: number): Promise<number> {
  const together = await matmulPeakGflops({ threads, rounds: 5 });
  return Math.max(together, threads * (await matmulPeakGflops({ threads: 1, rounds: 5 })));
}

async function oneByOne(encoder: TextEncoder, texts: string[]): Promise<number[]> {
  const times: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    await encoder.encode([text]);
    times.push(performance.now() - start);
  }
  return times;
}

/** Multiplications and additions of a BERT's linear layers for one token. */
export async function operationsPerToken(directory: string): Promise<number> {
  const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
  const { num_hidden_layers: layers, hidden_size: hidden, intermediate_size: wide } = config;
  return 2 * layers * (4 * hidden * hidden + 2 * hidden * wide);
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** Cosines of the rows of two matrices `[rows × dim]`. */
function cosines(a: Float32Array, b: Float32Array, dim: number): { min: number; mean: number } {
  let min = 1;
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
    // `!(>=)` also catches NaN, which must not pass as agreement.
    if (!(cosine >= min)) min = cosine;
    sum += cosine;
  }
  return { min, mean: sum / (a.length / dim) };
}
