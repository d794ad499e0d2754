/** A trained ranker asked from the workspace, as the service would answer. */
import { basename } from 'node:path';
import { hasKnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import { openLiveRanker, type RankAnswer, type RankRequest } from '@lorekeep/recommender';
import { checkOptions } from '../../check-options.ts';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { hasCentre } from '../centre/open-centre.ts';
import { centreDir, rankerDir } from '../versions.ts';

/** Whom to rank for, and with which versions. */
export interface RankScoreOptions extends RankRequest {
  /** A trained version. Default: the newest. */
  version?: string;
  /** Where the knowledge is: a folder, or the URL of a Redis. Default: `knowledge/centre` in the workspace. */
  store?: string;
  /** Use a version of the knowledge that is aligned to the ranker's with residuals up to this sum. Default 0. */
  maxResidual?: number;
  /** Unix seconds: the time of the request, later than all that the ranker has learned from. Default: now. */
  at?: number;
  /** 1 to 256. Default 1. */
  threads?: number;
}

export async function rankScore(
  state: WorkspaceState,
  { version, store, maxResidual, at, threads, ...request }: RankScoreOptions,
): Promise<RankAnswer> {
  checkOptions({ threads });
  const directory = await rankerDir(state, version);
  if (store !== undefined && !hasKnowledgeStore(store)) throw errors.KNOWLEDGE_STORE_MISSING({ place: store });
  const place = store ?? (hasCentre(state) ? centreDir(state) : undefined);
  const centre = place === undefined ? undefined : await openKnowledgeStore(place);
  try {
    const ranker = await openLiveRanker({
      directory,
      store: state.store,
      knowledge: async () => centre,
      maxResidual,
      threads,
    });
    try {
      const { seenUntil } = ranker.manifest;
      if (at !== undefined && at <= seenUntil)
        throw errors.RANKER_LEARNED_LATER({ version: basename(directory), seenUntil, at });
      return await ranker.rank(request, at);
    } finally {
      await ranker.close();
    }
  } finally {
    await centre?.close();
  }
}
