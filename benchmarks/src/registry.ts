/** Bench name → its module, loaded only when asked for: a bench must not pay for another's imports. */
import { existsSync } from 'node:fs';
import { unknownBench } from './errors.ts';
import type { BenchModule } from './result.ts';

const BENCHES: Record<string, { about: string; file: string }> = {
  encode: { about: 'frozen text encoder against sentence-transformers and transformers.js', file: './encode.ts' },
  'encode-job': {
    about: 'the batch job: 200,000 items, killed five times, memory, and its share of raw speed (long)',
    file: './encode-job.ts',
  },
  'train-step': { about: 'one training step in one ONNX graph against PyTorch', file: './train-step.ts' },
  orderings: { about: 'the variants of LEARN beside each other (long)', file: './orderings.ts' },
  train: { about: 'a whole training run: quality, time, memory', file: './train.ts' },
  'train-scale': { about: 'cost per event over a million items, and memory (long)', file: './train-scale.ts' },
  evaluate: { about: 'full-ranking evaluation against RecBole', file: './evaluate.ts' },
  quality: { about: 'recommendation quality on public data sets (long)', file: './quality.ts' },
  index: { about: 'vector indexes, their recall, and upsert to retrievable', file: './index-bench.ts' },
};

const urlOf = (name: string) => new URL(BENCHES[name].file, import.meta.url);

export const benchNames: readonly string[] = Object.keys(BENCHES).filter((name) => existsSync(urlOf(name)));

/** One line a bench: its name and what it measures. */
export function describeBenches(): string {
  const width = Math.max(...benchNames.map((name) => name.length));
  return benchNames.map((name) => `  ${name.padEnd(width)}  ${BENCHES[name].about}`).join('\n');
}

/** @throws LorekeepError `BENCH_UNKNOWN` with the names that exist */
export async function loadBench(name: string): Promise<BenchModule> {
  if (!benchNames.includes(name)) throw unknownBench(name, benchNames);
  return (await import(urlOf(name).href)) as BenchModule;
}
