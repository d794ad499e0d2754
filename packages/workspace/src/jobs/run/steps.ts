/**
 * The steps of a run: encode, compare, train, publish. Until the last one, everything is written to a
 * folder of its own; what is served and the models of the workspace stay as they are.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RunContext } from '@lorekeep/core';
import {
  type BundleManifest,
  bundleOfPublication,
  liveVersion,
  type PublicationManifest,
  publicationsIn,
  readManifest,
  resolveConfig,
} from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { forgetErasedUsers, forgetFormerPublications, versionsBeforeErasure } from '../../deletion/erasure.ts';
import { encode } from '../../encoding/encode.ts';
import { currentEncoder } from '../../encoding/remembered-encoders.ts';
import { publish } from '../../publishing/publish.ts';
import type { WorkspaceState } from '../../state.ts';
import { setLatestModel } from '../../training/model-versions.ts';
import { type TrainOptions, train } from '../../training/train.ts';
import { readLog } from '../../training/training-data.ts';
import { whileLiveIsMine } from '../live/lock.ts';
import { removeRolledBack } from '../live/rollback.ts';
import { readRollbacks, recipeOf } from '../live/rollbacks.ts';
import type { JobRun, Verdict } from '../records/answers.ts';
import { workDir } from '../records/places.ts';
import { readRuns } from '../records/runs.ts';
import type { JobSettings } from '../settings.ts';
import { compare } from './compare.ts';
import { learnedUntil, newestTime } from './learned-until.ts';
import { withLog } from './part-of-log.ts';
import { pruneModels } from './prune.ts';
import { notCompared, nothingToCompare, withErasure } from './verdict.ts';

/** How the steps tell what they do. It is on disk when the promise resolves. */
export interface StepReport {
  change(part: Partial<JobRun>): Promise<void>;
  log(line: string): Promise<void>;
}

/** @returns how the run ended */
export async function runSteps(
  state: WorkspaceState,
  settings: JobSettings,
  report: StepReport,
  run: RunContext,
): Promise<NonNullable<JobRun['outcome']>> {
  const { dir } = state;
  const { threads } = settings;
  await rm(workDir(dir), { recursive: true, force: true });
  const own = await ownState(state);
  try {
    await report.change({ step: 'encode' });
    const { encoded } = await encode(state, { threads }, run);
    await report.log(`encode: ${encoded} new texts`);

    const live = await liveModel(state);
    if (live !== undefined)
      await report.change({ live: { publication: live.publication.version, model: live.publication.model } });
    const options = optionsOf(settings, live?.bundle);
    const { events } = resolveConfig(options.preset as never, options.config);
    const log = await readLog(state, events);
    const hasErased = (await versionsBeforeErasure(state)).some(
      ({ path, isCurrent }) => isCurrent && path.startsWith('published/'),
    );
    if (!hasErased && (await isSame(state, settings, log, live?.bundle?.manifest))) {
      await report.log('Nothing new to learn from: the live version was trained on these events with these settings.');
      return 'unchanged';
    }

    await report.change({ step: 'compare' });
    const found = await judge(own, settings, options, log, live?.bundle, run);
    const verdict = hasErased ? withErasure(found) : found;
    await report.change({ verdict });
    await report.log(`compare: ${verdict.reason}`);
    if (!verdict.publish) return 'kept';
    if (await isHeld(dir, report)) return 'held';

    await report.change({ step: 'train' });
    const until = newestTime(log, Date.now() / 1000);
    const { manifest } = await train({ ...own, store: withLog(state.store, log) }, options, run);
    await report.log(`train: model ${manifest.version}, ${manifest.data.events} events`);
    if ((await readRollbacks(dir)).list.some(({ recipe }) => recipe === recipeOf(manifest))) {
      await report.log('Somebody went back from a publication of exactly this model: it is not published again.');
      return 'kept';
    }

    await report.change({ step: 'publish' });
    return await whileLiveIsMine(dir, async () => {
      if (await isHeld(dir, report)) return 'held';
      run.signal?.throwIfAborted();
      await publishModel({ state, own, settings, report, run }, manifest.version, until);
      return 'published';
    });
  } finally {
    await rm(workDir(dir), { recursive: true, force: true });
  }
}

interface Publishing {
  state: WorkspaceState;
  own: WorkspaceState;
  settings: JobSettings;
  report: StepReport;
  run: RunContext;
}

async function publishModel({ state, own, settings, report, run }: Publishing, model: string, until: number) {
  const { threads, keep } = settings;
  // On record first: a model that no record names would never be pruned.
  await report.change({ model, learnedUntil: until });
  await mkdir(state.modelsDir, { recursive: true });
  await rename(join(own.modelsDir, model), join(state.modelsDir, model));
  // Else they would take the place of those that somebody can go back to.
  await removeRolledBack(state.dir);
  const { version } = await publish(state, { model, threads, keep }, run);
  await report.change({ publication: version });
  await report.log(`publish: publication ${version} of model ${model} is live`);
  // What follows tidies up. The new version is live, and a signal does not change that any more.
  await setLatestModel(state, model);
  await forgetErasedUsers(state, { warn: run.warn });
  await forgetFormerPublications(state);
  const pruned = await pruneModels(state, keep);
  await report.change({ pruned });
  if (pruned.length > 0) await report.log(`prune: removed the models ${pruned.join(', ')}`);
}

/** The same store, with folders of the run's own for models and checkpoints. */
async function ownState(state: WorkspaceState): Promise<WorkspaceState> {
  const folder = workDir(state.dir);
  const own = { ...state, modelsDir: join(folder, 'models'), workDir: join(folder, 'checkpoints') };
  await mkdir(own.modelsDir, { recursive: true });
  return own;
}

interface Bundle {
  path: string;
  manifest: BundleManifest;
}

/** The live publication and its bundle. A bundle that cannot be read counts as none. */
async function liveModel({
  dir,
}: WorkspaceState): Promise<{ publication: PublicationManifest; bundle?: Bundle } | undefined> {
  const version = await liveVersion(dir);
  const publication = (await publicationsIn(dir)).find((one) => one.version === version);
  if (publication === undefined) return undefined;
  const path = bundleOfPublication(dir, publication);
  const manifest = path && (await readManifest(path).catch(() => undefined));
  return { publication, ...(path && manifest && { bundle: { path, manifest } }) };
}

function optionsOf({ train: given, threads }: JobSettings, live: Bundle | undefined): TrainOptions {
  const { start, ...options } = given;
  const initFrom = start === 'live' && live?.manifest.preset === given.preset ? live.path : undefined;
  return { ...(options as TrainOptions), threads, initFrom };
}

/** Whether the live version was trained on this log with these settings. */
async function isSame(
  state: WorkspaceState,
  { train: { preset, config, protocol, seed, refit } }: JobSettings,
  log: InteractionLog,
  live: BundleManifest | undefined,
): Promise<boolean> {
  if (live === undefined || live.data.fingerprint !== log.fingerprint) return false;
  const expected = resolveConfig(preset as never, config, live.initialFrom === undefined ? log.itemIds.length : 0);
  const { id } = await currentEncoder(state);
  return (
    isDeepStrictEqual({ ...live.config }, { ...expected }) &&
    isDeepStrictEqual(
      [live.preset, live.protocol, live.seed, live.refit?.on ?? 'none', live.content.encoder],
      [preset, protocol, seed, refit, id],
    )
  );
}

async function judge(
  own: WorkspaceState,
  settings: JobSettings,
  options: TrainOptions,
  log: InteractionLog,
  live: Bundle | undefined,
  run: RunContext,
): Promise<Verdict> {
  if (settings.gate.rule === 'always') return notCompared(settings.gate);
  if (live === undefined) return nothingToCompare(settings.gate);
  const until = learnedUntil(live.manifest, log, await readRuns(own.dir));
  return compare({ state: own, settings, options, log, live: { ...live, until } }, run);
}

async function isHeld(dir: string, report: StepReport): Promise<boolean> {
  const { isHeld } = await readRollbacks(dir);
  if (isHeld) await report.log('Publishing is held since somebody went back to a former publication.');
  return isHeld;
}
