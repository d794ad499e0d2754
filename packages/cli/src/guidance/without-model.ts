/** What people read about a publication without a model. */
import { MIN_TEST_USERS, type WorkspaceStatus } from '@lorekeep/workspace';

/** After such a publication. */
export const WITHOUT_MODEL = [
  'It has no model: lists are of similar texts, of popular and of new items.',
  `Events sent to POST /v1/events count at once. Train when about ${MIN_TEST_USERS} users have three or more of them.`,
].join('\n');

/** How far a workspace is from its first training. */
export function outlookWords({ outlook, counts }: WorkspaceStatus): string {
  if (outlook === undefined || counts.events === 0) return '';
  const { training, testUsers } = outlook;
  const enough =
    testUsers === undefined ? '' : ` (users with three or more events: ${testUsers.toLocaleString('en-US')})`;
  if (training === 'impossible') return '; the events are too few to learn from';
  return training === 'sensible'
    ? `; there are enough events${enough}`
    : `; possible, but sensible only from about ${MIN_TEST_USERS} such users on${enough}`;
}
