/** The trained versions of a workspace and the pointer to the newest. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@lorekeep/core';
import { errors } from '../errors.ts';
import type { WorkspaceState } from '../state.ts';

/** Trained versions, oldest first. */
export async function modelVersions({ modelsDir }: WorkspaceState): Promise<string[]> {
  if (!existsSync(modelsDir)) return [];
  const entries = await readdir(modelsDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.tmp'))
    .map((entry) => entry.name)
    .sort();
}

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
  if (!known.includes(version)) throw errors.MODEL_VERSION_UNKNOWN({ version, known });
  return join(state.modelsDir, version);
}

/** The version that `models/latest` names; `undefined` before the first training. */
export async function latestModel({ modelsDir }: WorkspaceState): Promise<string | undefined> {
  const pointer = join(modelsDir, 'latest');
  return existsSync(pointer) ? (await readFile(pointer, 'utf8')).trim() : undefined;
}

export async function setLatestModel({ modelsDir }: WorkspaceState, version: string): Promise<void> {
  await writeFileAtomic(join(modelsDir, 'latest'), `${version}\n`);
}
