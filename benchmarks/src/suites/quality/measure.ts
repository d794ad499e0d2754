/** One training, in a process of its own, and the evaluation of the trained version. */
import { availableParallelism } from 'node:os';
import { metricsOf, type Workspace } from '@lorekeep/workspace';
import { runChild } from '../../measure/child-process.ts';
import { trainingOf } from './presets.ts';
import { type Row, today } from './rows.ts';
import type { Trained, Training } from './train-child.ts';

const TRAIN = new URL('./train-child.ts', import.meta.url);

/**
 * Trains unless the workspace has the version, and evaluates it.
 * @param against version to compare with on the same cases
 */
export async function measure(
  workspace: Workspace,
  row: Pick<Row, 'set' | 'protocol' | 'refit' | 'preset' | 'seed'>,
  against?: string,
): Promise<Row> {
  const { protocol, refit, preset, seed } = row;
  const training: Training = { dir: workspace.dir, options: { ...trainingOf(preset), protocol, refit, seed } };
  const { result, peakRssMb } = await runChild<Trained>(TRAIN, training);
  const { version, seconds } = result;
  const { valid, test, baselines, differences } = await workspace.evaluate({ model: version, against });
  return {
    ...row,
    date: today(),
    version,
    valid: valid.metrics,
    test: test.metrics,
    intervals: test.intervals,
    removed: test.seenExcluded.metrics,
    coverage: test.coverage,
    breakdown: test.breakdown,
    ...(against === undefined ? {} : { differences: differences[against] }),
    baselines: metricsOf(baselines),
    baselineBreakdown: Object.fromEntries(Object.entries(baselines).map(([name, own]) => [name, own.breakdown])),
    seconds,
    cores: availableParallelism(),
    peakRssMb,
  };
}
