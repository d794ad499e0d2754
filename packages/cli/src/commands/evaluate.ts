/** `lorekeep evaluate`: a trained version on the log as it is now, every item ranked, beside the baselines. */
import { evaluateBundle, leaveOneOut, loadTowers } from '@lorekeep/towers';
import { rememberedById } from '../stages/encode.ts';
import { metricsTable } from '../stages/report.ts';
import { baselineMetrics, contentOf, readCorpus } from '../stages/train.ts';
import { modelDir, type StageContext } from '../workspace.ts';

export interface EvaluateOptions {
  model?: string;
  threads?: number;
}

export async function evaluateCommand(context: StageContext, { model, threads }: EvaluateOptions): Promise<void> {
  const { output, progress, signal, workspace } = context;
  const towers = await loadTowers(await modelDir(workspace, model));
  try {
    const { preset, version, content: trainedOn, data } = towers.manifest;
    const corpus = await readCorpus(context);
    const encoder = await rememberedById(context, trainedOn.encoder);
    const content = await contentOf(context, encoder, corpus);
    const split = leaveOneOut(corpus);
    const run = { threads, progress, signal };
    const valid = await evaluateBundle(towers, split, 'valid', content, run);
    const test = await evaluateBundle(towers, split, 'test', content, run);
    const baselines = await baselineMetrics(context, split, content, threads);
    const sameData = corpus.fingerprint === data.fingerprint;
    if (!sameData) {
      output.warn('The log has changed since this model was trained: it may have seen some of the test events.');
    }
    const interval = Object.entries(test.intervals)
      .map(([metric, [low, high]]) => `${metric} ${low.toFixed(4)}–${high.toFixed(4)}`)
      .join(', ');
    output.result(
      {
        version,
        protocol: 'leave-one-out',
        trainedOnThisData: sameData,
        metrics: { valid: valid.metrics, test: test.metrics },
        intervals: { valid: valid.intervals, test: test.intervals },
        baselines,
      },
      [
        `Version ${version}, leave-one-out, ${test.metrics.users.toLocaleString('en-US')} test users, all ${corpus.itemIds.length.toLocaleString('en-US')} items ranked:`,
        '',
        metricsTable(preset, test.metrics, baselines),
        '',
        `95 % intervals: ${interval}`,
        ...(test.metrics.nonFinite > 0 ? [`${test.metrics.nonFinite} scores were not finite: counted as misses`] : []),
      ].join('\n'),
    );
  } finally {
    await towers.close();
  }
}
