/** Erases deleted users and items from the General Knowledge Center of a workspace. */
import { SPACES } from '@lorekeep/recommender';
import type { WorkspaceState } from '../../state.ts';
import { hasCentre, withCentre } from './open-centre.ts';

export async function forgetKnowledge(
  state: WorkspaceState,
  ids: { users?: readonly string[]; items?: readonly string[] },
): Promise<void> {
  if (!hasCentre(state)) return;
  await withCentre(state, undefined, async (centre) => {
    for (const space of SPACES) await centre.remove(space, ids);
  });
}
