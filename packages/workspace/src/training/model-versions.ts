/** The trained versions of a workspace and the pointer to the newest. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArtefactFolder, currentVersion, isVersionName, setCurrentVersion, versionsIn } from '@lorekeep/core';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

const models = ({ modelsDir }: WorkspaceState): ArtefactFolder => ({ root: modelsDir, pointer: 'latest' });

/** Trained versions, oldest first. */
export const modelVersions = (state: WorkspaceState): Promise<string[]> => versionsIn(models(state));

/**
 * The folder of one version, by default of the newest.
 * @throws LorekeepError `NOTHING_TRAINED`, `MODEL_VERSION_UNKNOWN`
 */
export async function modelDir(state: WorkspaceState, version?: string): Promise<string> {
  if (version === undefined) {
    const latest = await latestModel(state);
    if (latest === undefined) throw errors.NOTHING_TRAINED();
    return join(state.modelsDir, latest);
  }
  const known = await modelVersions(state);
  if (!known.includes(version))
    throw errors.MODEL_VERSION_UNKNOWN({ version, known, published: await publishedModel(state, version) });
  return join(state.modelsDir, version);
}

/** The model in a publication: the names of both look alike, so one may be given for the other. */
async function publishedModel({ dir }: WorkspaceState, publication: string): Promise<string | undefined> {
  if (!isVersionName(publication)) return undefined;
  try {
    const { model } = JSON.parse(await readFile(join(dir, 'published', publication, 'manifest.json'), 'utf8'));
    return typeof model === 'string' ? model : undefined;
  } catch {
    return undefined;
  }
}

/** The version that `models/latest` names; `undefined` before the first training. */
export const latestModel = (state: WorkspaceState): Promise<string | undefined> => currentVersion(models(state));

export const setLatestModel = (state: WorkspaceState, version: string): Promise<void> =>
  setCurrentVersion(models(state), version);
