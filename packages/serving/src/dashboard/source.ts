/** What the dashboard reads. */
import type { Engine } from '@lorekeep/recommender';
import type { Workspace } from '@lorekeep/workspace';

/** The workspace that the service serves: `openWorkspace` of `@lorekeep/workspace` gives it. */
export type DashboardWorkspace = Pick<
  Workspace,
  'dir' | 'store' | 'events' | 'modelVersions' | 'knowledgeVersions' | 'isReadOnly' | 'jobs'
>;

export interface DashboardSource {
  /** Throws `WORKSPACE_NOT_GIVEN`. */
  workspace: () => DashboardWorkspace;
  /** Throws while there is no engine. */
  live: () => Engine;
  /** `undefined` while there is no engine. */
  engine: () => Engine | undefined;
}
