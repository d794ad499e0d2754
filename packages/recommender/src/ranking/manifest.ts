/** What a trained ranker says of itself: `rankers/VERSION/manifest.json`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtefactFolder, currentVersion, errorCode } from '@lorekeep/core';
import type { RankingTask } from '@lorekeep/ranking';
import { errors } from '../errors.ts';

export interface RankerManifest {
  version: string;
  /** ISO 8601, UTC. */
  createdAt: string;
  /** What it predicts, in the order of its answers. */
  tasks: RankingTask[];
  /** Where it ranks; `null`: on all surfaces. */
  surfaces: string[] | null;
  /** The knowledge that is plugged into it; `null` without. */
  knowledge: RankerKnowledge | null;
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

/** Which knowledge a ranker was trained with. */
export interface RankerKnowledge {
  space: string;
  version: string;
  /** The pre-training that the version belongs to: versions of one run continue each other. */
  run: string;
  /** Numbers per impression. */
  width: number;
  /** The plug-ins that read it. */
  plugs: string[];
}

/** The folder of the network inside that of a version. */
export const RANKER_NETWORK = 'network';
const MANIFEST = 'manifest.json';

/** The trained rankers of a workspace: one folder per version, and `latest`, which names the newest. */
export const rankersIn = (workspace: string): ArtefactFolder => ({
  root: join(workspace, 'rankers'),
  pointer: 'latest',
});

/** The folder of the newest ranker; `undefined` before the first training. */
export async function latestRanker(workspace: string): Promise<string | undefined> {
  const folder = rankersIn(workspace);
  const version = await currentVersion(folder);
  return version && join(folder.root, version);
}

/** @throws LorekeepError `RANKER_FILES_UNREADABLE` */
export async function readRankerManifest(directory: string): Promise<RankerManifest> {
  const file = join(directory, MANIFEST);
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw errors.RANKER_FILES_UNREADABLE({ file, reason: `cannot be read (${errorCode(cause)})` }, cause);
  }
}
