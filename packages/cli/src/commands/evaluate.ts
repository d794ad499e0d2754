/** `lorekeep evaluate`: a trained version on the log as it is now, every item ranked, beside the baselines. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { baselines, type Evaluation, type Protocol, pairedDifferences, type Split, splitBy } from '@lorekeep/evaluation';
import { evaluateBundle, openBundle } from '@lorekeep/recommender';
import { nothingUnseen, reportUnwritable } from '../errors.ts';
import { rememberedById } from '../stages/encode.ts';
import { evaluationReport } from '../stages/evaluation-report.ts';
import { userPath } from '../stages/import.ts';
import { groupsTable, metricsTable } from '../stages/report.ts';
import { checkTimes, contentOf, metricsOf, readInteractionLog } from '../stages/train.ts';
import { modelDir, type StageContext } from '../workspace.ts';

export interface EvaluateOptions {
  model?: string;
  protocol?: Protocol;
  against?: string;
  report?: string;
  threads?: number;
}

export async function evaluateCommand(context: StageContext, options: EvaluateOptions): Promise<void> {
  const { output, progress, signal, workspace } = context;
  const { model, threads } = options;
  const towers = await loadTowers(await modelDir(workspace, model));
  try {
    const {
      preset,
      version,
      content: trainedOn,
      data,
      protocol: trainedFor = 'leave-one-out',
      seed,
      refit,
    } = towers.manifest;
    if (refit?.on === 'all') throw nothingUnseen(version, refit.from);
    const { protocol = trainedFor } = options;
    const corpus = await readInteractionLog(context);
    await checkTimes(context, protocol);
    const encoder = await rememberedById(context, trainedOn.encoder);
    const content = await contentOf(context, encoder, corpus);
    const split = splitBy(protocol, corpus, refit?.on);
    const run = { threads, progress, signal };
    const valid = await evaluateBundle(towers, split, 'valid', content, { ...run, seed });
    const test = await evaluateBundle(towers, split, 'test', content, { ...run, seed });
    const untrained = (await baselines(split, 'test', content, { ...run, seed })) as Record<string, Evaluation>;
    const against =
      options.against === undefined ? {} : await compared(context, options.against, split, { ...run, seed });
    const others = { ...against, ...untrained };
    const trainedOnThisData = corpus.fingerprint === data.fingerprint && protocol === trainedFor;
    if (!trainedOnThisData) {
      output.warn(
        protocol === trainedFor
          ? 'The log has changed since this model was trained: it may have seen some of the test events.'
          : `This model was trained for ${trainedFor}: it has seen some of the ${protocol} test events.`,
      );
    }
    if (options.report !== undefined) {
      const page = await evaluationReport(context, { towers, corpus, content, valid, test, others, protocol });
      await write(userPath(options.report), page);
    }
    const differences = Object.fromEntries(
      Object.entries(others).map(([name, { ranks }]) => [name, pairedDifferences(test.ranks, ranks, { seed })]),
    );
    const interval = Object.entries(test.intervals)
      .map(([metric, [low, high]]) => `${metric} ${low.toFixed(4)}–${high.toFixed(4)}`)
      .join(', ');
    const users = test.metrics.users.toLocaleString('en-US');
    const items = corpus.itemIds.length.toLocaleString('en-US');
    output.result(
      {
        version,
        protocol,
        trainedOnThisData,
        metrics: { valid: valid.metrics, test: test.metrics },
        intervals: { valid: valid.intervals, test: test.intervals },
        removed: { valid: valid.removed, test: test.removed },
        breakdown: { valid: valid.breakdown, test: test.breakdown },
        coverage: { valid: valid.coverage, test: test.coverage },
        baselines: metricsOf(untrained),
        against: metricsOf(against),
        differences,
      },
      [
        `Version ${version}, ${protocol}, ${users} test users, all ${items} items ranked:`,
        '',
        metricsTable(preset, test.metrics, metricsOf(others)),
        '',
        `95 % intervals: ${interval}`,
        `History removed: recall@10 ${test.removed.metrics['recall@10'].toFixed(4)}, ndcg@10 ${test.removed.metrics['ndcg@10'].toFixed(4)}. Shown to anybody: ${(100 * test.coverage).toFixed(1)} % of the catalogue.`,
        '',
        groupsTable(test),
        ...(test.metrics.nonFinite > 0 ? [`${test.metrics.nonFinite} scores were not finite: counted as misses`] : []),
        ...(options.report === undefined ? [] : [`Report: ${options.report}`]),
      ].join('\n'),
    );
  } finally {
    await towers.close();
  }
}

/** Another version on the same questions, with the vectors that it was trained with. */
async function compared(
  context: StageContext,
  version: string,
  split: Split,
  run: Parameters<typeof evaluateBundle>[4],
): Promise<Record<string, Evaluation>> {
  const towers = await loadTowers(await modelDir(context.workspace, version));
  try {
    const encoder = await rememberedById(context, towers.manifest.content.encoder);
    const content = await contentOf(context, encoder, split.corpus);
    return { [version]: await evaluateBundle(towers, split, 'test', content, run) };
  } finally {
    await towers.close();
  }
}

/** @throws LorekeepError `REPORT_UNWRITABLE` */
async function write(path: string, page: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, page);
  } catch (error) {
    throw reportUnwritable(path, error);
  }
}
