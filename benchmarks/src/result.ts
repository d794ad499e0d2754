/**
 * What a bench answers with, and the two ways it is printed. All values are numbers, so that a run can be compared
 * with the next one by a program: units live in the key (`items_per_s`, `p99_ms`, `peak_rss_mb`).
 */
import { badBenchResult } from './errors.ts';

export interface BenchOptions {
  /** A smaller run of the same kind (seconds, not minutes); its figures are indications only. */
  quick: boolean;
  /** A data directory (`items.jsonl.gz`, `interactions.tsv.gz`); without it a bench uses simulated data. */
  data?: string;
  /** Progress for people, one line a call; goes to stderr. */
  log: (line: string) => void;
}

export interface BenchResult {
  /** What we reach. */
  figures: Record<string, number>;
  /** What the named peers reach in the same run. `{}` for a bench without a peer. */
  peers: Record<string, number>;
  /** Ours against theirs: > 1 means we are faster, except keys ending in `_time` (our time / theirs, < 1 is faster). */
  ratios: Record<string, number>;
}

/** A bench is a module with this function. */
export interface BenchModule {
  run(options: BenchOptions): Promise<BenchResult>;
}

/** The last line of `--json` output. */
export interface BenchReport extends BenchResult {
  name: string;
  machine: Record<string, number>;
}

/**
 * Joins a result with its name and machine, rounded to ten significant digits: a cosine of 0.9999996 must not print as 1.
 * @throws LorekeepError `BENCH_BAD_RESULT` for any value that is not a finite number
 */
export function createReport(name: string, result: BenchResult, machine: Record<string, number>): BenchReport {
  const numbers = (group: keyof BenchReport, values: Record<string, number>) => {
    const checked: Record<string, number> = {};
    for (const [key, value] of Object.entries(values)) {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw badBenchResult(name, `${group}.${key}`, value);
      checked[key] = Number(value.toPrecision(10));
    }
    return checked;
  };
  return {
    name,
    figures: numbers('figures', result.figures),
    peers: numbers('peers', result.peers),
    ratios: numbers('ratios', result.ratios),
    machine: numbers('machine', machine),
  };
}

/** The report as aligned text, one block a group. */
export function formatReport(report: BenchReport): string {
  const groups = (['figures', 'peers', 'ratios', 'machine'] as const).filter(
    (group) => Object.keys(report[group]).length > 0,
  );
  const width = Math.max(...groups.flatMap((group) => Object.keys(report[group]).map((key) => key.length)));
  const lines = [`bench ${report.name}`];
  for (const group of groups) {
    lines.push('', group);
    for (const [key, value] of Object.entries(report[group])) {
      lines.push(`  ${key.padEnd(width)}  ${value.toLocaleString('en-US', { maximumSignificantDigits: 8 })}`);
    }
  }
  return lines.join('\n');
}
