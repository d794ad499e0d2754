/**
 * The trained rankers (`rankers/VERSION`) and the pre-trained models of knowledge
 * (`knowledge/models/VERSION`) of a workspace. A version is a folder with `manifest.json` and the
 * files of its network in `network/`; it is never changed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArtefactFolder,
  currentVersion,
  errorCode,
  newVersion,
  pruneVersions,
  setCurrentVersion,
  versionsIn,
  writeDirectoryAtomic,
} from '@lorekeep/core';
import { loadRanker, type RankerState, type RankingTask, saveRanker } from '@lorekeep/ranking';
import { RANKER_NETWORK, rankersIn } from '@lorekeep/recommender';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/** What every version says of itself. */
interface LearnedManifest {
  version: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  tasks: RankingTask[];
  seed: number;
  /** The version that it continues, or `null`. */
  from: string | null;
  /** Unix seconds of the newest impression that it has learned from. */
  seenUntil: number;
  /** Impressions that it has learned from, those of earlier versions included. */
  impressions: number;
  /** `Store.deletions()` when it was trained. */
  deletions: number;
  seconds: number;
}

/** A pre-trained model of knowledge. */
export interface KnowledgeManifest extends LearnedManifest {
  /** The pre-training from the beginning that it continues: versions of one run mean the same by their numbers. */
  run: string;
}

/** Versions that are kept, as the General Knowledge Center keeps five of a space. */
const KEPT = 5;
const MANIFEST = 'manifest.json';

export const rankers = ({ dir }: WorkspaceState): ArtefactFolder => rankersIn(dir);
export const knowledgeModels = ({ dir }: WorkspaceState): ArtefactFolder => ({
  root: join(dir, 'knowledge', 'models'),
  pointer: 'latest',
});
/** The General Knowledge Center of the workspace, unless another place is named. */
export const centreDir = ({ dir }: WorkspaceState): string => join(dir, 'knowledge', 'centre');

/**
 * The folder of a ranker, by default of the newest.
 * @throws LorekeepError `RANKER_MISSING`, `RANKER_VERSION_UNKNOWN`
 */
export async function rankerDir(state: WorkspaceState, version?: string): Promise<string> {
  const folder = rankers(state);
  const chosen = version ?? (await currentVersion(folder));
  if (chosen === undefined) throw errors.RANKER_MISSING();
  const known = await versionsIn(folder);
  if (!known.includes(chosen)) throw errors.RANKER_VERSION_UNKNOWN({ version: chosen, known });
  return join(folder.root, chosen);
}

/**
 * The folder of a model of knowledge, by default of the newest.
 * @throws LorekeepError `KNOWLEDGE_MODEL_MISSING`, `KNOWLEDGE_MODEL_UNKNOWN`
 */
export async function knowledgeDir(state: WorkspaceState, version?: string): Promise<string> {
  const folder = knowledgeModels(state);
  const chosen = version ?? (await currentVersion(folder));
  if (chosen === undefined) throw errors.KNOWLEDGE_MODEL_MISSING();
  const known = await versionsIn(folder);
  if (!known.includes(chosen)) throw errors.KNOWLEDGE_MODEL_UNKNOWN({ version: chosen, known });
  return join(folder.root, chosen);
}

export async function readLearned<M extends LearnedManifest = LearnedManifest>(directory: string): Promise<M> {
  const file = join(directory, MANIFEST);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw errors.KNOWLEDGE_FILE_DAMAGED({ file, problem: `cannot be read (${errorCode(cause)})` }, cause);
  }
}

export const loadNetwork = (directory: string): Promise<RankerState> => loadRanker(join(directory, RANKER_NETWORK));

/** The newest version, if there is one. */
export async function newestLearned<M extends LearnedManifest>(
  folder: ArtefactFolder,
): Promise<{ directory: string; manifest: M } | undefined> {
  const version = await currentVersion(folder);
  if (version === undefined || !(await versionsIn(folder)).includes(version)) return undefined;
  const directory = join(folder.root, version);
  return { directory, manifest: await readLearned<M>(directory) };
}

/**
 * The version to continue from: the newest, unless users were erased since it was trained. What it has
 * learned from them would stay in it.
 */
export async function continuedFrom<M extends LearnedManifest>(
  { store }: WorkspaceState,
  folder: ArtefactFolder,
): Promise<{ directory: string; manifest: M } | undefined> {
  const newest = await newestLearned<M>(folder);
  return newest !== undefined && newest.manifest.deletions < (await store.lastErasure()) ? undefined : newest;
}

/** What a version is. */
interface Learned<M> {
  network: RankerState;
  manifest: Omit<M, 'version' | 'createdAt'>;
}

/**
 * Writes a version and makes it the newest. Older versions than the last five are removed.
 *
 * @param learn may write further files of the version
 */
export async function saveLearned<M extends LearnedManifest>(
  folder: ArtefactFolder,
  learn: (directory: string) => Promise<Learned<M>>,
): Promise<M> {
  const version = newVersion();
  let full: M | undefined;
  await mkdir(folder.root, { recursive: true });
  await writeDirectoryAtomic(join(folder.root, version), async (directory) => {
    const { network, manifest } = await learn(directory);
    full = { version, createdAt: new Date().toISOString(), ...manifest } as M;
    await saveRanker(join(directory, RANKER_NETWORK), network);
    await writeFile(join(directory, MANIFEST), `${JSON.stringify(full, undefined, 2)}\n`);
  });
  await setCurrentVersion(folder, version);
  await pruneVersions(folder, KEPT);
  return full!;
}
