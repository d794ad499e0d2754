/** The files of KuaiRand-Pure, as `SOURCE.md` beside them describes them, in a workspace. */
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@lorekeep/workspace';

const OUTCOMES = { long_view: 'long_view', like: 'is_like' };
const FURTHER = ['follow', 'comment', 'forward', 'hate', 'profile_enter'];

/**
 * Imports the files, or reuses what the workspace has of them. The history comes first: its order is
 * known, and all rows of a user have the time of the last one.
 *
 * @param dir folder of the workspace; created if there is none
 */
export async function openRealLog(folder: string, dir: string): Promise<Workspace> {
  const workspace = await openWorkspace(dir, { create: true });
  const items = [join(folder, 'videos.csv.gz')];
  await workspace.import({
    items,
    events: [join(folder, 'history.parquet')],
    columns: { item: 'video_id', timestamp: 'last_time_ms' },
    outcomes: OUTCOMES,
    ignore: ['position'],
  });
  await workspace.import({
    items,
    events: [join(folder, 'impressions.parquet')],
    users: [join(folder, 'users.csv.gz')],
    columns: { item: 'video_id', timestamp: 'time_ms', surface: 'tab' },
    outcomes: { click: 'is_click', ...OUTCOMES, ...Object.fromEntries(FURTHER.map((name) => [name, `is_${name}`])) },
  });
  return workspace;
}
