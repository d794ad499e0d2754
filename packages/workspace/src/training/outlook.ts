/** How much there is to learn from, for the advice to train. */
import type { WorkspaceState } from '../state.ts';

/** What the events allow. */
export interface TrainingOutlook {
  /**
   * `'impossible'`: no user has two training events, or there is one item. `'possible'`: training
   * learns something, but its metrics say little. `'sensible'`: at least 100 test users.
   */
  training: 'impossible' | 'possible' | 'sensible';
  /** Users with three or more events. Absent if the log is too long to be counted at once. */
  testUsers?: number;
}

/** With 100 test users, the 95 % interval of a recall is at most 10 points to either side. */
export const MIN_TEST_USERS = 100;
/** Reading a longer log takes too long for a status. */
const MAX_EVENTS = 300_000;

export async function trainingOutlook({ store }: WorkspaceState): Promise<TrainingOutlook> {
  const { items, events } = await store.counts();
  if (events > MAX_EVENTS) return { training: items > 1 ? 'sensible' : 'impossible' };
  if (events === 0) return { training: 'impossible', testUsers: 0 };
  const { offsets } = await store.interactionLog();
  let testUsers = 0;
  let hasTransition = false;
  for (let user = 0; user + 1 < offsets.length; user++) {
    const length = offsets[user + 1] - offsets[user];
    // Of three or more events, the last two are held out.
    if (length >= 3) testUsers++;
    if (length === 2 || length >= 4) hasTransition = true;
  }
  if (items < 2 || !hasTransition) return { training: 'impossible', testUsers };
  return { training: testUsers < MIN_TEST_USERS ? 'possible' : 'sensible', testUsers };
}
