/**
 * Time and memory of solving the linear model once, each run in a process of its own: column by
 * column over 100,000 and 1,000,000 items with 10 million generated events, and, at 10,000 items
 * with a million events, against the inverse of the whole matrix, in turns. Content vectors have
 * 384 numbers. Generated logs say nothing about quality (`pnpm bench quality` does).
 *
 * `LOREKEEP_LINEAR_ITEMS=100000` solves that size alone (0: only the comparison). `--quick`: a tenth of the
 * items and a hundredth of the events.
 */
import { runChild } from '../../measure/child-process.ts';
import { interleave, median } from '../../measure/interleave.ts';
import type { BenchOptions, BenchResult } from '../../result.ts';
import { wholeSetting } from '../../settings.ts';

const CHILD = new URL('./child.ts', import.meta.url);
const ITEMS = [100_000, 1_000_000];
const EVENTS = 10_000_000;
const COMPARED = { items: 10_000, events: 1_000_000 };
const ROUNDS = 3;

export interface Work {
  items: number;
  events: number;
  /** Whether the matrix is inverted as a whole. */
  isDense: boolean;
}

export interface Solved {
  /** Time to count, to find the nearest texts and to solve, without making the data. */
  seconds: number;
  /** The same as processor time of all threads, which other programs on the machine change little. */
  cpuSeconds: number;
}

export async function run({ quick, log }: BenchOptions): Promise<BenchResult> {
  const figures: Record<string, number> = {};
  const peers: Record<string, number> = {};
  const sized = ({ items, events }: Omit<Work, 'isDense'>) =>
    quick ? { items: items / 10, events: events / 100 } : { items, events };
  const solve = async (work: Work): Promise<Solved & { peakRssMb: number }> => {
    const { result, peakRssMb } = await runChild<Solved>(CHILD, work);
    const how = work.isDense ? 'as a whole' : 'by columns';
    const time = `${result.seconds.toFixed(1)} s, ${result.cpuSeconds.toFixed(1)} s of processor time`;
    log(`${work.items} items ${how}: ${time}, peak ${peakRssMb.toFixed(0)} MB`);
    return { ...result, peakRssMb };
  };
  const compared = sized(COMPARED);
  const peaks = { columns: 0, whole: 0 };
  const cpu = { columns: [] as number[], whole: [] as number[] };
  const contestant = <Name extends keyof typeof peaks>(name: Name) => ({
    name,
    run: async () => {
      const { seconds, cpuSeconds, peakRssMb } = await solve({ ...compared, isDense: name === 'whole' });
      cpu[name].push(cpuSeconds);
      peaks[name] = Math.max(peaks[name], peakRssMb);
      return seconds;
    },
  });
  const timings = await interleave([contestant('columns'), contestant('whole')], {
    rounds: quick ? 1 : ROUNDS,
    warmup: 0,
  });
  figures[`seconds_${compared.items}_items`] = timings.columns.median;
  figures[`cpu_seconds_${compared.items}_items`] = median(cpu.columns);
  figures[`peak_rss_mb_${compared.items}_items`] = peaks.columns;
  peers[`whole_inverse_seconds_${compared.items}_items`] = timings.whole.median;
  peers[`whole_inverse_cpu_seconds_${compared.items}_items`] = median(cpu.whole);
  peers[`whole_inverse_peak_rss_mb_${compared.items}_items`] = peaks.whole;
  for (const items of wholeSetting('LOREKEEP_LINEAR_ITEMS', ITEMS, 0)) {
    if (items === 0) continue;
    const work = sized({ items, events: EVENTS });
    const { seconds, cpuSeconds, peakRssMb } = await solve({ ...work, isDense: false });
    figures[`seconds_${work.items}_items`] = seconds;
    figures[`cpu_seconds_${work.items}_items`] = cpuSeconds;
    figures[`peak_rss_mb_${work.items}_items`] = peakRssMb;
  }
  return { figures, peers, ratios: { cpu_time: median(cpu.columns) / median(cpu.whole) } };
}
