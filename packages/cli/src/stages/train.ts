/** InteractionLog and content vectors into a bundle of trained towers. Skipped when one was made from exactly these already: it becomes the newest. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import { catalogueVectors } from '@lorekeep/encoder';
import type { FitOn } from '@lorekeep/evaluation';
import { baselines, type Evaluation, type Metrics, type Protocol, type Split } from '@lorekeep/evaluation';
import { type BundleManifest, evaluateTrained, type Preset, readInitialTowers, readManifest, resolveConfig, type TrainOptions, writeBundle } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { discardCheckpoint, type TowerConfig, type TrainedTowers, trainTowers } from '@lorekeep/towers';
import { nothingImported, timesMissing } from '../errors.ts';
import { modelVersions, type StageContext, setLatestVersion } from '../workspace.ts';
import { currentEncoder, type RememberedEncoder } from './encode.ts';

/** What is trained on once more when everything is chosen; `'none'`: nothing. */
export type Refit = 'none' | Exclude<TrainedOn, 'train'>;

export interface TrainStageOptions {
  preset: Preset;
  /** Options that replace those of the preset. */
  config: Record<string, unknown>;
  protocol: Protocol;
  refit: Refit;
  seed: number;
  /** The directory of a model to begin at. */
  initFrom?: string;
  threads?: number;
}

export interface TrainStageResult {
  manifest: BundleManifest;
  unchanged: boolean;
  seconds: number;
}

export async function trainStage(context: StageContext, options: TrainStageOptions): Promise<TrainStageResult> {
  const { preset, protocol, refit, seed, initFrom, threads } = options;
  const { progress, signal, workspace } = context;
  // Wrong options are told before the log is read.
  resolveConfig(preset, options.config);
  const initial = initFrom === undefined ? undefined : await readInitialTowers(initFrom);
  const corpus = await readInteractionLog(context);
  // Where training begins at another model, that one's width is what counts.
  const config = resolveConfig(preset, options.config, initial === undefined ? corpus.itemIds.length : 0);
  await checkTimes(context, protocol);
  const encoder = await currentEncoder(context);
  let earlier: BundleManifest | undefined;
  for (const version of (await modelVersions(workspace)).toReversed()) {
    const manifest = await readableManifest(join(workspace.modelsDir, version));
    if (manifest === undefined || manifest.initialFrom?.parameters !== initial?.from.parameters) continue;
    if (!isMadeFrom(manifest, corpus, encoder, config, protocol, seed)) continue;
    if (manifest.refit === undefined) earlier ??= manifest;
    if ((manifest.refit?.on ?? 'none') !== refit) continue;
    await setLatestVersion(workspace, version);
    return { manifest, unchanged: true, seconds: 0 };
  }

  const started = performance.now();
  const content = await contentOf(context, encoder, corpus);
  const { id, name, dim, isLanguageModel, template } = encoder;
  const contentInfo = { encoder: id, name, dim, isLanguageModel, template };
  const run = { threads, progress, signal };
  const how = { corpus, content, contentInfo, preset, config, protocol, seed, initial, ...run };
  const chosen = earlier ?? (await choose(context, how));
  const manifest = refit === 'none' ? chosen : await trainOnceMore(context, how, refit, chosen);
  return { manifest, unchanged: false, seconds: (performance.now() - started) / 1000 };
}

/** Trains on the training events alone, choosing on the validation questions, and asks the test questions. */
async function choose(context: StageContext, how: Omit<TrainOptions, 'workDir'>): Promise<BundleManifest> {
  const { threads, progress, signal } = how;
  const workDir = join(context.workspace.workDir, 'train');
  const trained = await trainTowers({ ...how, workDir });
  const { secondStage } = trained;
  const metrics = {
    // Where the second stage was chosen, the validation questions have just been ranked for that.
    valid:
      (secondStage?.report.used && secondStage.report.valid.secondStage) ||
      (await evaluateTowers(trained, 'valid', { threads, progress, signal })).metrics,
    ...(await testMetrics(context, how, trained)),
  };
  return keep(context, trained, metrics, workDir);
}

/**
 * With everything as it was chosen, on events that were held back for the choice. Its own test figures it has only where the
 * test events are still unseen; else those that were measured before it stand for it.
 */
async function trainOnceMore(
  context: StageContext,
  how: Omit<TrainOptions, 'workDir'>,
  on: Exclude<Refit, 'none'>,
  chosen: BundleManifest,
): Promise<BundleManifest> {
  const workDir = join(context.workspace.workDir, 'refit');
  const trained = await trainTowers({ ...how, on, chosen, workDir });
  const metrics = { ...chosen.metrics, ...(on === 'valid' ? await testMetrics(context, how, trained) : {}) };
  return keep(context, trained, metrics, workDir);
}

/** What the towers reach on the test questions, and what baselines do that know the same events. */
async function testMetrics(
  context: StageContext,
  { content, threads, progress, signal }: Omit<TrainOptions, 'workDir'>,
  trained: TrainedTowers,
): Promise<Pick<BundleManifest['metrics'], 'test' | 'baselines'>> {
  return {
    test: (await evaluateTowers(trained, 'test', { threads, progress, signal })).metrics,
    baselines: await baselineMetrics(context, trained.split, content as Float32Array, threads),
  };
}

async function keep(
  { workspace }: StageContext,
  trained: TrainedTowers,
  metrics: BundleManifest['metrics'],
  workDir: string,
): Promise<BundleManifest> {
  const version = newVersion();
  const manifest = await writeBundle(join(workspace.modelsDir, version), trained, metrics);
  await setLatestVersion(workspace, version);
  await discardCheckpoint(workDir);
  return manifest;
}

/** `undefined` for a version that this program cannot read: an older one's, or a damaged one. It is trained anew. */
async function readableManifest(path: string): Promise<BundleManifest | undefined> {
  try {
    return await readManifest(path);
  } catch (error) {
    if (errorCode(error).startsWith('BUNDLE_')) return undefined;
    throw error;
  }
}

function isMadeFrom(
  { data, content, config: trained, protocol: trainedFor = 'leave-one-out', seed: trainedSeed }: BundleManifest,
  corpus: InteractionLog,
  encoder: RememberedEncoder,
  config: TowerConfig,
  protocol: Protocol,
  seed: number,
): boolean {
  return (
    data.fingerprint === corpus.fingerprint &&
    content.encoder === encoder.id &&
    content.template === encoder.template &&
    JSON.stringify(Object.entries(trained).sort()) === JSON.stringify(Object.entries(config).sort()) &&
    trainedFor === protocol &&
    trainedSeed === seed
  );
}

/** Sorts by time. */
const newVersion = () => `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;

/** @throws LorekeepError `TIMES_MISSING` where a temporal split would cut ordinals that stand for times */
export async function checkTimes({ workspace }: StageContext, protocol: Protocol): Promise<void> {
  if (protocol !== 'temporal') return;
  if ((await workspace.store.imports()).some(({ ordinals }) => ordinals)) throw timesMissing();
}

/** @throws LorekeepError `NOTHING_IMPORTED` */
export async function readInteractionLog({ workspace }: StageContext): Promise<InteractionLog> {
  const corpus = await workspace.store.interactionLog();
  if (corpus.itemIds.length === 0) throw nothingImported();
  return corpus;
}

/** The stored vectors of the corpus's items, `[items × dim]`. */
export function contentOf(
  { workspace }: StageContext,
  encoder: RememberedEncoder,
  corpus: InteractionLog,
): Promise<Float32Array> {
  const { store } = workspace;
  return catalogueVectors({ store, encoder, template: encoder.template }, corpus.itemIds);
}

/** What the trained model has to beat, on the test questions. */
export async function baselineMetrics(
  { progress, signal }: StageContext,
  split: Split,
  content: Float32Array,
  threads: number | undefined,
): Promise<Record<string, Metrics>> {
  const evaluations = await baselines(split, 'test', content, { threads, progress, signal });
  return metricsOf(evaluations);
}

export function metricsOf(evaluations: Record<string, Evaluation>): Record<string, Metrics> {
  return Object.fromEntries(Object.entries(evaluations).map(([name, { metrics }]) => [name, metrics]));
}
