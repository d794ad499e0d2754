/** Models of former runs that are no longer needed. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publicationsIn } from '@lorekeep/recommender';
import type { WorkspaceState } from '../../state.ts';
import { latestModel, modelVersions } from '../../training/model-versions.ts';
import { pruneRuns, readRuns } from '../records/runs.ts';

/**
 * Removes models that jobs have trained, but the newest `keep`, the newest of all, and those of the
 * publications on disk. Models that somebody has trained by hand stay.
 * @returns the removed ones
 */
export async function pruneModels(state: WorkspaceState, keep: number): Promise<string[]> {
  const trained = new Set((await readRuns(state.dir)).flatMap(({ model }) => model ?? []));
  const needed = new Set([await latestModel(state), ...(await publicationsIn(state.dir)).map(({ model }) => model)]);
  const ofJobs = (await modelVersions(state)).filter((version) => trained.has(version));
  const doomed = ofJobs.slice(0, Math.max(0, ofJobs.length - keep)).filter((version) => !needed.has(version));
  for (const version of doomed) await rm(join(state.modelsDir, version), { recursive: true, force: true });
  await pruneRuns(state.dir, await modelVersions(state));
  return doomed;
}
