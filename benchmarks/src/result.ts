/**
 * The result of a bench and its two printed forms. All values are numbers, so that a program can
 * compare two runs. The unit is in the key: `items_per_s`, `p99_ms`, `peak_rss_mb`.
 */
import { errors } from './errors.ts';

export interface BenchOptions {
  /**
   * A smaller run of the same kind: seconds instead of minutes. Its figures are indications only.
   */
  quick: boolean;
  /** A data directory (`items.jsonl.gz`, `interactions.tsv.gz`). Default: see the bench. */
  data?: string;
  /** Progress for people, one line per call; goes to stderr. */
  log: (line: string) => void;
}

export interface BenchResult {
  /** Our results. */
  figures: Record<string, number>;
  /** Results of the peers in the same run. `{}` for a bench without a peer. */
  peers: Record<string, number>;
  /**
   * Our results relative to the peers'. Above 1 means that we are faster. A key that ends in
   * `_time` is our time divided by theirs, so below 1 means that we are faster.
   */
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
 * Joins a result with its name and machine. Values are rounded to ten significant digits; with
 * fewer, a cosine of 0.9999996 would print as 1.
 * @throws LorekeepError `BENCH_BAD_RESULT` for any value that is not a finite number
 */
export function createReport(name: string, result: BenchResult, machine: Record<string, number>): BenchReport {
  const numbers = (group: keyof BenchReport, values: Record<string, number>) => {
    const checked: Record<string, number> = {};
    for (const [key, value] of Object.entries(values)) {
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw errors.BENCH_BAD_RESULT({ name, where: `${group}.${key}`, value: String(value) });
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

/** The report as aligned text, one block per group. */
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
