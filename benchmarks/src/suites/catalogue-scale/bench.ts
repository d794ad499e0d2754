/**
 * The main job on a generated shop of 100,000 items with a million events, then of a million items
 * with ten million: import, encoding with the lexical encoder, training of the default (linear model
 * by columns, towers, re-ranker, new items) and publication, each step in a process of its own. It
 * reports time, processor time and peak memory of every step. Generated logs say nothing about
 * quality (`pnpm bench quality` does); validation NDCG@10 is there to show that every part learned.
 *
 * `LOREKEEP_CATALOGUE_ITEMS=100000` measures that size alone; events are ten times the items.
 * `--quick`: 10,000 items.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../measure/child-process.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { wholeSetting } from '../../settings.ts';

const CHILD = new URL('./child.ts', import.meta.url);
const ITEMS = [100_000, 1_000_000];
const QUICK_ITEMS = [10_000];
const EVENTS_PER_ITEM = 10;
const STEPS = ['write', 'import', 'encode', 'train', 'publish'] as const;

export interface Work {
  step: (typeof STEPS)[number];
  /** Of the files. */
  folder: string;
  /** Of the workspace. */
  dir: string;
  items: number;
  events: number;
}

export interface Done {
  seconds: number;
  /** Processor time of all threads, which other programs on the machine change little. */
  cpuSeconds: number;
  figures: Record<string, number>;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  for (const items of quick ? QUICK_ITEMS : wholeSetting('LOREKEEP_CATALOGUE_ITEMS', ITEMS, 1000)) {
    const directory = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
    try {
      const work = {
        folder: join(directory, 'files'),
        dir: join(directory, 'shop'),
        items,
        events: items * EVENTS_PER_ITEM,
      };
      for (const step of STEPS) {
        const { result, peakRssMb } = await runChild<Done>(CHILD, { ...work, step } satisfies Work);
        const { seconds, cpuSeconds } = result;
        log(
          `${items} items, ${step}: ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor time, peak ${peakRssMb.toFixed(0)} MB`,
        );
        if (step === 'write') continue;
        figures[`${step}_seconds_${items}_items`] = seconds;
        figures[`${step}_cpu_seconds_${items}_items`] = cpuSeconds;
        figures[`${step}_peak_rss_mb_${items}_items`] = peakRssMb;
        for (const [name, value] of Object.entries(result.figures)) figures[`${step}_${name}_${items}_items`] = value;
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  return { figures, peers: {}, ratios: {} };
}
