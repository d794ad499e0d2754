/**
 * A trained version measured on the log as it is now: every item ranked for every evaluation case,
 * with baselines.
 */
import type { RunContext } from '@lorekeep/core';
import {
  type BaselineName,
  baselines,
  type Difference,
  type Evaluation,
  type MetricName,
  type Protocol,
  pairedDifferences,
  type Split,
  splitBy,
} from '@lorekeep/evaluation';
import { type BundleManifest, evaluateBundle, openBundle } from '@lorekeep/recommender';
import { checkOptions } from '../check-options.ts';
import { encoderOf } from '../encoding/remembered-encoders.ts';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';
import { warnings } from '../warnings.ts';
import { type ItemSample, sampleItems } from './item-sample.ts';
import { warnOfMetrics } from './meaningless-metrics.ts';
import { modelDir } from './model-versions.ts';
import { checkTimes, readContent, readLog } from './training-data.ts';

/** Which trained version is evaluated, and how. */
export interface EvaluateOptions {
  /** A trained version. Default: the newest. */
  model?: string;
  /** Default: the protocol that the model was trained with. */
  protocol?: Protocol;
  /** Another trained version to compare with on the same cases. Default: none. */
  against?: string;
  /**
   * Also return the vectors of about this many items, spread evenly over the catalogue. Default 0.
   */
  itemSample?: number;
  /** 1 to 256. Default: one per core. */
  threads?: number;
}

/** The metrics of a trained version, beside those of baselines and of `against`. */
export interface EvaluationResult {
  version: string;
  preset: string;
  protocol: Protocol;
  seed: number;
  /**
   * The model was trained on exactly this log with this protocol. If not, it may have seen test
   * events.
   */
  trainedOnThisData: boolean;
  /** The encoder whose vectors the model reads. */
  encoder: BundleManifest['content'];
  /** The log that was evaluated on. */
  data: { items: number; users: number; events: number };
  valid: Evaluation;
  test: Evaluation;
  /** On the test cases. Without content vectors, those of the text are absent. */
  baselines: Partial<Record<BaselineName, Evaluation>>;
  /** The version of `against` on the test cases, by its name; empty without `against`. */
  against: Record<string, Evaluation>;
  /** Test metrics of the model minus those of each baseline and of `against`, paired by case. */
  differences: Record<string, Record<MetricName, Difference>>;
  /** Present if the model was trained once more after its settings were selected. */
  refit?: BundleManifest['refit'];
  /** Training loss and validation metric by epoch; absent for models of older versions. */
  training?: BundleManifest['training'];
  /** How long each stage of the training took; absent for models of older versions. */
  seconds?: BundleManifest['seconds'];
  itemSample?: ItemSample;
}

export async function evaluate(
  state: WorkspaceState,
  options: EvaluateOptions,
  { progress, warn, signal }: RunContext,
): Promise<EvaluationResult> {
  const { model, threads, itemSample = 0 } = options;
  checkOptions({ protocol: options.protocol, threads });
  const bundle = await openBundle(await modelDir(state, model), { threads });
  try {
    const { manifest } = bundle;
    const { version, preset, seed, refit, training, seconds } = manifest;
    const { protocol: trainedWith = 'leave-one-out' } = manifest;
    if (refit?.on === 'all') throw errors.MODEL_SAW_EVERYTHING({ version, from: refit.from });
    const { protocol = trainedWith } = options;
    const log = await readLog(state, manifest.config.events);
    await checkTimes(state, protocol);
    const content = await readContent(state, await encoderOf(state, manifest.content.encoder), log);
    const split = splitBy(protocol, log, refit?.on, manifest.config.events);
    const how = { threads, progress, signal, seed };
    const deleted = await deletedSince(state, manifest);
    const valid = await evaluateBundle(bundle, split, 'valid', content, { ...how, deleted });
    const test = await evaluateBundle(bundle, split, 'test', content, { ...how, deleted });
    const untrained = await baselines(split, 'test', content, how);
    const against = options.against === undefined ? {} : await evaluateOther(state, options.against, split, how);
    const trainedOnThisData = log.fingerprint === manifest.data.fingerprint && protocol === trainedWith;
    if (protocol !== trainedWith) warn?.(warnings.PROTOCOL_DIFFERS(trainedWith, protocol));
    else if (!trainedOnThisData) warn?.(warnings.LOG_CHANGED());
    warnOfMetrics(log.itemIds.length, test.metrics.users, warn);
    const compared = Object.entries({ ...against, ...untrained });
    return {
      version,
      preset,
      protocol,
      seed,
      trainedOnThisData,
      encoder: manifest.content,
      data: { items: log.itemIds.length, users: log.userIds.length, events: log.items.length },
      valid,
      test,
      baselines: untrained,
      against,
      differences: Object.fromEntries(
        compared.map(([name, { ranks }]) => [name, pairedDifferences(test.ranks, ranks, { seed })]),
      ),
      ...(refit === undefined ? {} : { refit }),
      ...(training === undefined ? {} : { training }),
      ...(seconds === undefined ? {} : { seconds }),
      ...(itemSample === 0 ? {} : { itemSample: await sampleItems(state, bundle, log, content, itemSample) }),
    };
  } finally {
    await bundle.close();
  }
}

/** Items that were deleted after the training of a version. */
const deletedSince = ({ store }: WorkspaceState, { data }: BundleManifest): Promise<string[]> =>
  store.deletedItems(data.deletions ?? 0);

/** Another version on the same test cases, with the content vectors that it was trained with. */
async function evaluateOther(
  state: WorkspaceState,
  version: string,
  split: Split,
  how: Parameters<typeof evaluateBundle>[4],
): Promise<Record<string, Evaluation>> {
  const bundle = await openBundle(await modelDir(state, version), { threads: how?.threads });
  try {
    const content = await readContent(state, await encoderOf(state, bundle.manifest.content.encoder), split.log);
    const deleted = await deletedSince(state, bundle.manifest);
    return { [version]: await evaluateBundle(bundle, split, 'test', content, { ...how, deleted }) };
  } finally {
    await bundle.close();
  }
}
