/** `lorekeep evaluate` */
import { counted } from '@lorekeep/core';
import { type EvaluateOptions, type EvaluationResult, metricsOf } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { differencesTable, groupsTable, metricsTable } from '../metrics-tables.ts';
import { userPath } from '../paths.ts';
import { checkWritable, writePage } from '../report-file.ts';

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
  // An evaluation may take minutes: it does not begin if its report cannot be written.
  if (path !== undefined) await checkWritable(userPath(path));
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
    baselineBreakdown: Object.fromEntries(Object.entries(baselines).map(([name, own]) => [name, own.breakdown])),
    against: metricsOf(against),
    differences,
  };
}

function summary(evaluation: EvaluationResult): string {
  const { version, preset, protocol, data, test, baselines, against, differences } = evaluation;
  const intervals = Object.entries(test.intervals)
    .map(([metric, [low, high]]) => `${metric} ${low.toFixed(4)}–${high.toFixed(4)}`)
    .join(', ');
  const seenExcluded = test.seenExcluded.metrics;
  const { nonFinite } = test.metrics;
  return [
    `Model ${version}, ${protocol}, ${counted(test.metrics.users, 'test user')}, catalogue of ${counted(data.items, 'item')} ranked:`,
    '',
    metricsTable(preset, test.metrics, metricsOf({ ...against, ...baselines })),
    '',
    `95 % intervals: ${intervals}`,
    `Without items of the history: recall@10 ${seenExcluded['recall@10'].toFixed(4)}, ndcg@10 ${seenExcluded['ndcg@10'].toFixed(4)}.`,
    `In the top ten of at least one user: ${(100 * test.coverage).toFixed(1)} % of the catalogue.`,
    '',
    groupsTable(test, baselines),
    ...Object.keys(against).flatMap((other) => ['', differencesTable(version, other, differences[other])]),
    ...(nonFinite > 0 ? [`${counted(nonFinite, 'score is', 'scores are')} not finite; this counts as a miss.`] : []),
  ].join('\n');
}
