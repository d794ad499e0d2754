/** The General Knowledge Center of a workspace: a folder in it, or the place that is named. */
import { existsSync } from 'node:fs';
import { hasKnowledgeStore, type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { centreDir } from '../versions.ts';

/** Opens it to write, runs `use`, and closes it. A folder that does not exist is made. */
export async function withCentre<T>(
  state: WorkspaceState,
  place: string | undefined,
  use: (centre: KnowledgeStore) => Promise<T>,
): Promise<T> {
  const centre = await openKnowledgeStore(place ?? centreDir(state));
  try {
    return await use(centre);
  } finally {
    await centre.close();
  }
}

/**
 * Opens it to read, runs `use`, and closes it. Nothing is made.
 * @throws LorekeepError `KNOWLEDGE_STORE_MISSING` if the folder does not exist
 */
export async function withReadCentre<T>(
  state: WorkspaceState,
  place: string | undefined,
  use: (centre: KnowledgeStore) => Promise<T>,
): Promise<T> {
  if (!hasKnowledgeStore(place ?? centreDir(state))) throw errors.KNOWLEDGE_STORE_MISSING({ place });
  return withCentre(state, place, use);
}

/** Whether knowledge was ever published into the folder of the workspace. */
export const hasCentre = (state: WorkspaceState): boolean => existsSync(centreDir(state));
