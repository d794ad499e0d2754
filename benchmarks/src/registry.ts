/**
 * The benches by name. A bench is loaded only when it is run, so that the imports of one bench do
 * not count in the memory of another.
 */
import { errors } from './errors.ts';
import type { BenchModule } from './result.ts';

interface Entry {
  /** What it measures, one phrase. */
  about: string;
  load: () => Promise<BenchModule>;
}

const BENCHES: Record<string, Entry> = {
  encode: {
    about: 'frozen text encoder against sentence-transformers and transformers.js',
    load: () => import('./suites/encode/bench.ts'),
  },
  'encode-job': {
    about: 'batch encoding of 200,000 items, also killed five times: memory, speed (long)',
    load: () => import('./suites/encode-job/bench.ts'),
  },
  'train-step': {
    about: 'one training step against PyTorch',
    load: () => import('./suites/train-step/bench.ts'),
  },
  train: {
    about: 'a whole training run: quality, time, memory',
    load: () => import('./suites/train/bench.ts'),
  },
  'train-scale': {
    about: 'training over a million items: cost per event, memory (long)',
    load: () => import('./suites/train-scale.ts'),
  },
  'linear-scale': {
    about: 'the linear model over a million items: time, memory (long)',
    load: () => import('./suites/linear-scale/bench.ts'),
  },
  'catalogue-scale': {
    about: 'the main job on generated shops of 100,000 and a million items: time, memory (long)',
    load: () => import('./suites/catalogue-scale/bench.ts'),
  },
  impressions: {
    about: 'impression log of ten million impressions: time, memory (long)',
    load: () => import('./suites/impressions/bench.ts'),
  },
  ablations: {
    about: 'variants of LEARN compared with each other (long)',
    load: () => import('./suites/ablations.ts'),
  },
  evaluate: {
    about: 'full-ranking evaluation against RecBole',
    load: () => import('./suites/evaluate.ts'),
  },
  quality: {
    about: 'recommendation quality on public data sets (long)',
    load: () => import('./suites/quality/bench.ts'),
  },
  ratings: {
    about: 'low ratings as negative events against all ratings as positive (long)',
    load: () => import('./suites/ratings.ts'),
  },
  knowledge: {
    about: 'rankers with knowledge of a super-domain against other transfers (long)',
    load: () => import('./suites/knowledge/bench.ts'),
  },
  'knowledge-text': {
    about: 'texts as knowledge of a ranker, at items with few events',
    load: () => import('./suites/knowledge-text/bench.ts'),
  },
  rank: {
    about: 'rankers of impressions against LightGBM, FuxiCTR and PyTorch (long)',
    load: () => import('./suites/rank/bench.ts'),
  },
  serve: {
    about: 'recommendations over HTTP against FastAPI with the same towers: latency, throughput',
    load: () => import('./suites/serve/bench.ts'),
  },
  index: {
    about: 'vector indexes: recall, speed, time from upsert to retrieval',
    load: () => import('./suites/vector-index/bench.ts'),
  },
  'knowledge-centre': {
    about: 'reading knowledge from a folder and from Redis against Feast',
    load: () => import('./suites/knowledge-centre/bench.ts'),
  },
};

export const benchNames: readonly string[] = Object.keys(BENCHES);

/** One line per bench: its name and what it measures. */
export function describeBenches(): string {
  const width = Math.max(...benchNames.map((name) => name.length));
  return benchNames.map((name) => `  ${name.padEnd(width)}  ${BENCHES[name].about}`).join('\n');
}

/** @throws LorekeepError `BENCH_UNKNOWN` with the known names */
export async function loadBench(name: string): Promise<BenchModule> {
  if (!benchNames.includes(name)) throw errors.BENCH_UNKNOWN({ name, known: benchNames });
  return BENCHES[name].load();
}
