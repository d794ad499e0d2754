/**
 * The log and the content vectors into a new model version. A version that was trained from exactly
 * the same inputs is reused: it becomes the newest.
 */
import { join } from 'node:path';
import { errorCode, newVersion, type RunContext } from '@lorekeep/core';
import { baselines, type Protocol } from '@lorekeep/evaluation';
import {
  type BundleManifest,
  type ConfigOverrides,
  evaluateTrained,
  type Preset,
  type RecommenderConfig,
  type TrainOptions as RecommenderTrainOptions,
  readInitialTowers,
  readManifest,
  resolveConfig,
  type TrainedRecommender,
  trainRecommender,
  writeBundle,
} from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { discardCheckpoint } from '@lorekeep/towers';
import { checkOptions } from '../check-options.ts';
import { DEFAULT_PRESET, DEFAULT_PROTOCOL, DEFAULT_REFIT, DEFAULT_SEED, type Refit } from '../defaults.ts';
import { currentEncoder, type RememberedEncoder } from '../encoding/remembered-encoders.ts';
import type { WorkspaceState } from '../state.ts';
import { refitDir, trainDir } from './checkpoint-dirs.ts';
import { warnOfMetrics } from './meaningless-metrics.ts';
import { metricsOf } from './metrics.ts';
import { modelVersions, setLatestModel } from './model-versions.ts';
import { stageSeconds } from './stage-seconds.ts';
import { checkTimes, readContent, readLog } from './training-data.ts';

/** What is trained, on which events. */
export interface TrainOptions {
  /** Default `'learn'`. */
  preset?: Preset;
  /** Options that replace those of the preset. Default: none. */
  config?: ConfigOverrides;
  /** Which events are held out for validation and test. Default `'leave-one-out'`. */
  protocol?: Protocol;
  /**
   * Train once more with the selected settings, on the validation events too (`'valid'`) or on all
   * events (`'all'`). Default `'none'`.
   */
  refit?: Refit;
  /** Seed of every random choice, 0 to 4,294,967,295. Default 42. */
  seed?: number;
  /** The folder of a trained model, possibly of another workspace, to start from. Default: none. */
  initFrom?: string;
  /** 1 to 256. Default: one per core. */
  threads?: number;
}

/** The version that `train` made or found. */
export interface TrainResult {
  version: string;
  metrics: BundleManifest['metrics'];
  manifest: BundleManifest;
  /** A version trained from exactly the same inputs existed, so nothing was trained. */
  unchanged: boolean;
  seconds: number;
}

/** What both trainings of a version share. */
type Shared = Omit<RecommenderTrainOptions, 'workDir' | 'fitOn' | 'selected'> & { content: Float32Array };

export async function train(state: WorkspaceState, options: TrainOptions, run: RunContext): Promise<TrainResult> {
  const { preset = DEFAULT_PRESET, protocol = DEFAULT_PROTOCOL, refit = DEFAULT_REFIT, seed = DEFAULT_SEED } = options;
  const { initFrom, threads, config: overrides = {} } = options;
  checkOptions({ protocol, refit, seed, threads });
  // Wrong options are reported before the log is read.
  const { events } = resolveConfig(preset, overrides);
  const initial = initFrom === undefined ? undefined : await readInitialTowers(initFrom);
  const log = await readLog(state, events);
  // A training that starts from another model keeps the width of that model.
  const config = resolveConfig(preset, overrides, initial === undefined ? log.itemIds.length : 0);
  await checkTimes(state, protocol);
  const encoder = await currentEncoder(state);
  const recipe = { log, encoder, config, protocol, seed, initialParameters: initial?.from.parameters };
  const { same, selected } = await findTrained(state, recipe, refit);
  if (same !== undefined) {
    await setLatestModel(state, same.version);
    return { version: same.version, metrics: same.metrics, manifest: same, unchanged: true, seconds: 0 };
  }

  const started = performance.now();
  const { id, name, dim, isLanguageModel, template } = encoder;
  const { progress, signal } = run;
  const shared: Shared = {
    log,
    eventRules: await state.store.eventRules(),
    content: await readContent(state, encoder, log),
    contentInfo: { encoder: id, name, dim, isLanguageModel, template },
    preset,
    config,
    protocol,
    seed,
    initial,
    threads,
    progress,
    signal,
  };
  const first = selected ?? (await trainAndSelect(state, shared));
  const manifest = refit === 'none' ? first : await trainOnceMore(state, shared, refit, first);
  const seconds = (performance.now() - started) / 1000;
  warnOfMetrics(manifest.data.items, manifest.metrics.test.users, run.warn);
  return { version: manifest.version, metrics: manifest.metrics, manifest, unchanged: false, seconds };
}

/** What determines a trained model. */
interface Recipe {
  log: InteractionLog;
  encoder: RememberedEncoder;
  config: RecommenderConfig;
  protocol: Protocol;
  seed: number;
  initialParameters: string | undefined;
}

/**
 * The newest version made from a recipe.
 * @returns `same`: with the same `refit` too; `selected`: without any, so that its selected
 *   settings can be reused
 */
async function findTrained(
  state: WorkspaceState,
  recipe: Recipe,
  refit: Refit,
): Promise<{ same?: BundleManifest; selected?: BundleManifest }> {
  let selected: BundleManifest | undefined;
  for (const version of (await modelVersions(state)).toReversed()) {
    const manifest = await readableManifest(join(state.modelsDir, version));
    if (manifest === undefined || !isMadeFrom(manifest, recipe)) continue;
    if (manifest.refit === undefined) selected ??= manifest;
    if ((manifest.refit?.on ?? 'none') === refit) return { same: manifest };
  }
  return { selected };
}

function isMadeFrom(manifest: BundleManifest, { log, encoder, config, ...recipe }: Recipe): boolean {
  const { data, content, protocol = 'leave-one-out', seed, initialFrom } = manifest;
  const sorted = (options: object) => JSON.stringify(Object.entries(options).sort());
  return (
    initialFrom?.parameters === recipe.initialParameters &&
    data.fingerprint === log.fingerprint &&
    content.encoder === encoder.id &&
    content.template === encoder.template &&
    sorted(manifest.config) === sorted(config) &&
    protocol === recipe.protocol &&
    seed === recipe.seed
  );
}

/** `undefined` for a version of an older format or a damaged one: it is trained again. */
async function readableManifest(path: string): Promise<BundleManifest | undefined> {
  try {
    return await readManifest(path);
  } catch (error) {
    if (errorCode(error).startsWith('BUNDLE_')) return undefined;
    throw error;
  }
}

/**
 * Trains on the training events, selects settings on the validation cases, and measures on the test
 * cases.
 */
async function trainAndSelect(state: WorkspaceState, given: Shared): Promise<BundleManifest> {
  const workDir = trainDir(state);
  const { progress: timed, seconds } = stageSeconds(given.progress);
  const shared = { ...given, progress: timed };
  const trained = await trainRecommender({ ...shared, workDir });
  const { threads, progress, signal } = shared;
  const ranked = trained.reranker?.report;
  const metrics = {
    // Selecting the re-ranker has just ranked the validation cases, unwanted items included.
    valid:
      (ranked?.used && shared.log.negatives === undefined && ranked.valid.reranker) ||
      (await evaluateTrained(trained, 'valid', { threads, progress, signal })).metrics,
    ...(await testMetrics(shared, trained)),
  };
  return save(state, trained, metrics, { workDir, seconds: seconds() });
}

/**
 * Trains with the selected settings on events that were held out for the selection. Test metrics
 * are measured again only if the test events are still unseen; otherwise those of the first
 * training are repeated.
 */
async function trainOnceMore(
  state: WorkspaceState,
  given: Shared,
  on: Exclude<Refit, 'none'>,
  selected: BundleManifest,
): Promise<BundleManifest> {
  const workDir = refitDir(state);
  const { progress, seconds } = stageSeconds(given.progress);
  const shared = { ...given, progress };
  const trained = await trainRecommender({ ...shared, fitOn: on, selected, workDir });
  const metrics = { ...selected.metrics, ...(on === 'valid' ? await testMetrics(shared, trained) : {}) };
  return save(state, trained, metrics, { workDir, seconds: seconds() });
}

/** Test metrics of the model and of baselines that know the same events. */
async function testMetrics(
  { content, threads, progress, signal }: Shared,
  trained: TrainedRecommender,
): Promise<Pick<BundleManifest['metrics'], 'test' | 'baselines'>> {
  const run = { threads, progress, signal };
  const test = (await evaluateTrained(trained, 'test', run)).metrics;
  return { test, baselines: metricsOf(await baselines(trained.split, 'test', content, run)) };
}

async function save(
  state: WorkspaceState,
  trained: TrainedRecommender,
  metrics: BundleManifest['metrics'],
  { workDir, seconds }: { workDir: string; seconds: Record<string, number> },
): Promise<BundleManifest> {
  const version = newVersion();
  const manifest = await writeBundle(join(state.modelsDir, version), trained, metrics, seconds);
  await setLatestModel(state, version);
  await discardCheckpoint(workDir);
  return manifest;
}
