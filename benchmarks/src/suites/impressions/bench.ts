/**
 * The impression log of generated impressions, a tenth of the size and the whole size: import,
 * reading in batches, reading as a whole, each in a process of its own. Lists have ten items;
 * a tenth of the impressions are clicked, under their request, and an eighth of the clicks end in a
 * purchase, without a request. The number of users grows with the log.
 *
 * There is no peer. Default 10,000,000 impressions; `--quick`: 1,000,000.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../measure/child-process.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';

const CHILD = new URL('./child.ts', import.meta.url);

export interface Work {
  what: 'import' | 'batches' | 'whole';
  path: string;
  impressions: number;
}

export interface Read {
  rows: number;
  outcomes: number;
  seconds: number;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const most = quick ? 1_000_000 : 10_000_000;
  const work = await mkdtemp(join(tmpdir(), 'lorekeep-bench-'));
  const figures: Record<string, number> = {};
  try {
    for (const [suffix, impressions] of [
      ['_tenth', most / 10],
      ['', most],
    ] as const) {
      const path = join(work, `${impressions}.sqlite`);
      figures[`impressions${suffix}`] = impressions;
      for (const what of ['import', 'batches', 'whole'] as const) {
        const { result, peakRssMb } = await runChild<Read>(CHILD, { what, path, impressions } satisfies Work);
        log(
          `${what}: ${result.rows} rows, ${result.outcomes} outcomes, ${result.seconds.toFixed(1)} s, ${peakRssMb.toFixed(0)} MB`,
        );
        figures[`${what}${suffix}_seconds`] = result.seconds;
        figures[`${what}${suffix}_peak_rss_mb`] = peakRssMb;
      }
      figures[`store${suffix}_mb`] = (await stat(path)).size / 2 ** 20;
    }
    return { figures, peers: {}, ratios: {} };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
