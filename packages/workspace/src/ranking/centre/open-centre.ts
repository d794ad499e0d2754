/** The General Knowledge Center of a workspace: a folder in it, or the place that is named. */
import { existsSync } from 'node:fs';
import { type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import type { WorkspaceState } from '../../state.ts';
import { centreDir } from '../versions.ts';

/** Opens it, runs `use`, and closes it. */
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

/** Whether knowledge was ever published into the folder of the workspace. */
export const hasCentre = (state: WorkspaceState): boolean => existsSync(centreDir(state));
