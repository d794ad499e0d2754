/** What the General Knowledge Center contains. */

import { join } from 'node:path';
import { versionsIn } from '@lorekeep/core';
import type { KnowledgeVersion } from '@lorekeep/knowledge';
import { KEEP_SPACE, type KnowledgeAnswer, knowledgeAnswer } from '@lorekeep/recommender';
import type { WorkspaceState } from '../../state.ts';
import { type KnowledgeManifest, knowledgeModels, readLearned } from '../versions.ts';
import { hasCentre, withReadCentre } from './open-centre.ts';
import { withoutUnknown } from './publish.ts';

/** Which kind of knowledge, and where it is. */
export interface KnowledgePlace {
  /** Default `'keep'`. */
  space?: string;
  /** A folder, or the URL of a Redis. Default: `knowledge/centre` in the workspace. */
  store?: string;
}

/** Pre-trained and published versions. */
export interface KnowledgeVersionsResult {
  space: string;
  /** Pre-trained versions of the workspace, oldest first. */
  models: KnowledgeManifest[];
  /** Published versions, oldest first. */
  published: KnowledgeVersion[];
}

export async function knowledgeVersions(
  state: WorkspaceState,
  { space = KEEP_SPACE, store }: KnowledgePlace,
): Promise<KnowledgeVersionsResult> {
  const folder = knowledgeModels(state);
  const models: KnowledgeManifest[] = [];
  for (const version of await versionsIn(folder)) models.push(await readLearned(join(folder.root, version)));
  const isEmpty = store === undefined && !hasCentre(state);
  const published = isEmpty ? [] : await withReadCentre(state, store, (centre) => centre.versions(space));
  return { space, models, published: published.map((version) => withoutUnknown(space, version)) };
}

/** Which pairs, and of which version. */
export interface KnowledgeGetOptions extends KnowledgePlace {
  /** Pairs: lists of equal length, or one user for all items, or one item for all users. */
  users: readonly string[];
  items: readonly string[];
  /**
   * The first level of the category of each item, or one for all. Default: without the numbers of user
   * and category.
   */
  categories?: readonly string[];
  /** Default: the newest. */
  version?: string;
  /** Allow a version that is aligned to it with residuals up to this sum. 0 to 10. Default 0. */
  maxResidual?: number;
}

/** @throws LorekeepError `REQUEST_INVALID`, `KNOWLEDGE_STORE_MISSING`, `KNOWLEDGE_…` */
export function knowledgeGet(state: WorkspaceState, options: KnowledgeGetOptions): Promise<KnowledgeAnswer> {
  const { users, items, categories, space, version, maxResidual } = options;
  return withReadCentre(state, options.store, (centre) =>
    knowledgeAnswer(centre, {
      users: [...users],
      items: [...items],
      ...(categories && { categories: [...categories] }),
      space,
      version,
      maxResidual,
    }),
  );
}
