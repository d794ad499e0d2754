/** `lorekeep evaluate` */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type EvaluateOptions, type EvaluationResult, metricsOf } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { groupsTable, metricsTable } from '../metrics-tables.ts';
import { userPath } from '../paths.ts';

export interface EvaluateCommandOptions extends Pick<EvaluateOptions, 'model' | 'protocol' | 'against' | 'threads'> {
  /** A path. */
  report?: string;
}

export async function evaluateCommand(
  { workspace, output, run }: CommandContext,
  { model, protocol, against, threads, report: path }: EvaluateCommandOptions,
): Promise<void> {
  // Plots need large packages: they are loaded only for a report.
  const report = path === undefined ? undefined : await import('@lorekeep/report');
  const evaluation = await workspace.evaluate(
    { model, protocol, against, threads, itemSample: report?.MAP_ITEMS },
    run,
  );
  if (path !== undefined && report !== undefined) {
    await writePage(userPath(path), await report.evaluationReport(evaluation, run));
  }
  output.result(
    resultOf(evaluation),
    [summary(evaluation), ...(path === undefined ? [] : [`Report: ${path}`])].join('\n'),
  );
}

/** The result line of `--json`. */
function resultOf(evaluation: EvaluationResult): Record<string, unknown> {
  const { version, protocol, trainedOnThisData, valid, test, baselines, against, differences } = evaluation;
  return {
    version,
    protocol,
    trainedOnThisData,
    metrics: { valid: valid.metrics, test: test.metrics },
    intervals: { valid: valid.intervals, test: test.intervals },
    seenExcluded: { valid: valid.seenExcluded, test: test.seenExcluded },
    breakdown: { valid: valid.breakdown, test: test.breakdown },
    coverage: { valid: valid.coverage, test: test.coverage },
    baselines: metricsOf(baselines),
    against: metricsOf(against),
    differences,
  };
}

function summary({ version, preset, protocol, data, test, baselines, against }: EvaluationResult): string {
  const count = (n: number) => n.toLocaleString('en-US');
  const intervals = Object.entries(test.intervals)
    .map(([metric, [low, high]]) => `${metric} ${low.toFixed(4)}–${high.toFixed(4)}`)
    .join(', ');
  const seenExcluded = test.seenExcluded.metrics;
  const { nonFinite } = test.metrics;
  return [
    `Version ${version}, ${protocol}, ${count(test.metrics.users)} test users, all ${count(data.items)} items ranked:`,
    '',
    metricsTable(preset, test.metrics, metricsOf({ ...against, ...baselines })),
    '',
    `95 % intervals: ${intervals}`,
    `Without items of the history: recall@10 ${seenExcluded['recall@10'].toFixed(4)}, ndcg@10 ${seenExcluded['ndcg@10'].toFixed(4)}.`,
    `In the top ten of at least one user: ${(100 * test.coverage).toFixed(1)} % of the catalogue.`,
    '',
    groupsTable(test),
    ...(nonFinite > 0 ? [`${nonFinite} scores were not finite and count as misses.`] : []),
  ].join('\n');
}

/** @throws LorekeepError `REPORT_UNWRITABLE` */
async function writePage(path: string, page: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
  } catch (error) {
    throw errors.REPORT_UNWRITABLE({ path, problem: (error as Error).message }, error);
  }
}
