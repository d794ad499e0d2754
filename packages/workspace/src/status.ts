/**
 * How far a workspace is: what is imported, encoded, trained, published and served, and which step
 * is next. It reads records and manifests only, so it answers at once for a shop of any size.
 */
import { LorekeepError } from '@lorekeep/core';
import { type BundleManifest, type PublicationManifest, readManifest } from '@lorekeep/recommender';
import type { StoreCounts } from '@lorekeep/store';
import { hasCheckpoint } from '@lorekeep/towers';
import { findCurrentEncoder, findEncoder, isBehindImports } from './encoding/remembered-encoders.ts';
import { livePublication } from './publishing/publish.ts';
import { findService } from './services.ts';
import type { WorkspaceState } from './state.ts';
import { checkpointDirs } from './training/checkpoint-dirs.ts';
import { latestModel, modelDir } from './training/model-versions.ts';
import { type TrainingOutlook, trainingOutlook } from './training/outlook.ts';

/**
 * The last step whose result is still valid. Each stage includes the ones before it, except that a
 * publication without a model needs no training.
 */
export type Stage = 'empty' | 'imported' | 'encoded' | 'trained' | 'published' | 'served';

/** A step of the main job: a method of `Workspace`, or `serve`, which is a command. */
export type NextStep = 'import' | 'encode' | 'train' | 'publish' | 'serve' | 'recommend';

/** Work that was stopped. Running the step again resumes it. */
export type UnfinishedWork = { step: 'encode'; model: string; texts: number } | { step: 'train' };

/** How far a workspace is. */
export interface WorkspaceStatus {
  /** Absolute path. */
  dir: string;
  stage: Stage;
  /** The step that brings the workspace to its next stage. */
  next: NextStep;
  counts: StoreCounts;
  /** How many of the events are impressions. */
  impressions: number;
  /** The encoder used last. */
  encoder?: { name: string; model: string; dim: number; isLanguageModel: boolean };
  /** The newest trained version. */
  model?: { version: string; preset: string };
  /** The live version, and the trained version in it; `null` if it was published without one. */
  live?: { version: string; model: string | null; items: number; events: number };
  /** Whether training can learn something; only while no model is trained. */
  outlook?: TrainingOutlook;
  /** The service that answers with the live version. */
  service?: { address: string };
  unfinished?: UnfinishedWork;
  /** Present if nothing can be written here. */
  readOnly?: true;
  /** A model or a publication that cannot be read; it counts as absent. */
  problems: { code: string; message: string }[];
}

export async function statusOf(state: WorkspaceState): Promise<WorkspaceStatus> {
  const { dir, store } = state;
  const counts = await store.counts();
  const encoder = await findCurrentEncoder(state);
  const problems: WorkspaceStatus['problems'] = [];
  const readable = <T>(reading: Promise<T>) =>
    reading.catch((error) => {
      if (!(error instanceof LorekeepError)) throw error;
      problems.push({ code: error.code, message: error.message });
      return undefined;
    });
  const model = await readable(newestManifest(state));
  const live = await readable(livePublication(dir));
  const address = live === undefined ? undefined : await findService(state, live.version);

  const isEncoded = encoder !== undefined && !(await isBehindImports(state, encoder.id));
  const isTrained = model !== undefined && model.content.encoder === encoder?.id && (await isNewest(state, model));
  const outlook = counts.items > 0 && model === undefined ? await trainingOutlook(state) : undefined;
  // Until training makes sense, a publication without a model is all there can be.
  const needsNoModel = outlook !== undefined && outlook.training !== 'sensible' && live?.model === null;
  const stage = furthest([
    ['imported', counts.items > 0],
    ['encoded', isEncoded],
    ['trained', isTrained || needsNoModel],
    ['published', needsNoModel || (live !== undefined && live.model === model?.version)],
    ['served', address !== undefined],
  ]);
  const unfinished = await unfinishedWork(state);
  return {
    dir,
    stage,
    // Without enough events there is nothing to train on, but the texts can be published.
    next: stage === 'encoded' && outlook?.training === 'impossible' ? 'publish' : NEXT[stage],
    counts,
    impressions: await store.countImpressions(),
    ...(encoder && {
      encoder: {
        name: encoder.name,
        model: encoder.model,
        dim: encoder.dim,
        isLanguageModel: encoder.isLanguageModel,
      },
    }),
    ...(model && { model: { version: model.version, preset: model.preset } }),
    ...(live && { live: liveStatus(live) }),
    ...(outlook && { outlook }),
    ...(address && { service: { address } }),
    ...(unfinished && { unfinished }),
    ...(state.isReadOnly && { readOnly: true }),
    problems,
  };
}

const NEXT: Record<Stage, NextStep> = {
  empty: 'import',
  imported: 'encode',
  encoded: 'train',
  trained: 'publish',
  published: 'serve',
  served: 'recommend',
};

/** The last stage before the first one that is not reached. */
function furthest(stages: [stage: Stage, isReached: boolean][]): Stage {
  let last: Stage = 'empty';
  for (const [stage, isReached] of stages) {
    if (!isReached) break;
    last = stage;
  }
  return last;
}

function liveStatus({ version, model, data }: PublicationManifest): WorkspaceStatus['live'] {
  return { version, model, items: data.items, events: data.events };
}

async function newestManifest(state: WorkspaceState): Promise<BundleManifest | undefined> {
  return (await latestModel(state)) === undefined ? undefined : readManifest(await modelDir(state));
}

/**
 * No import of items or events has finished since the training. Single events that a service takes do
 * not count.
 */
async function isNewest({ store }: WorkspaceState, { createdAt }: BundleManifest): Promise<boolean> {
  return (await store.imports()).every(({ at, items, events }) => at <= createdAt || items + events === 0);
}

/** Work that a later run of the same step resumes. */
export async function unfinishedWork(state: WorkspaceState): Promise<UnfinishedWork | undefined> {
  if (checkpointDirs(state).some(hasCheckpoint)) return { step: 'train' };
  // Once an encoder has finished, texts that lack a vector are those of newer items.
  if ((await findCurrentEncoder(state)) !== undefined) return undefined;
  for (const { model: id, texts } of await state.store.embeddingModels()) {
    const started = await findEncoder(state, id);
    if (started !== undefined) return { step: 'encode', model: started.model, texts };
  }
  return undefined;
}
