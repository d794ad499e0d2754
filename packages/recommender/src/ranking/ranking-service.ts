/**
 * Rankers and knowledge of a running service: the newest ranker of the workspace, and its General
 * Knowledge Center. Both may appear after the service has started.
 */
import { basename, join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import { hasKnowledgeStore, type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import type { Event, Item, Store, UserRecord } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { knowledgeAnswer } from './knowledge-answer.ts';
import { type LiveRanker, openLiveRanker } from './live-ranker.ts';
import { latestRanker } from './manifest.ts';
import type { KnowledgeAnswer, KnowledgeRequest, RankAnswer, RankingStats, RankRequest } from './types.ts';

export interface RankingServiceOptions {
  /** The folder with `rankers/` and `knowledge/`. */
  workspace: string;
  store: Store;
  /** The General Knowledge Center: a folder or the URL of a Redis. Default: `knowledge/centre` of the workspace. */
  knowledge?: string;
  /** A ranker may read a version that is aligned to its own with residuals up to this sum. 0 to 10. Default 0. */
  maxResidual?: number;
  /** Of the ranker. Default 1: lists are small. */
  rankerThreads?: number;
}

export interface RankingService {
  /** @throws LorekeepError `RANKER_NOT_SERVED`, `REQUEST_INVALID` */
  rank(request: RankRequest): Promise<RankAnswer>;
  /** @throws LorekeepError `KNOWLEDGE_NOT_SERVED`, `REQUEST_INVALID`, `KNOWLEDGE_…` */
  knowledge(request: KnowledgeRequest): Promise<KnowledgeAnswer>;
  /** Take in what is stored now. */
  addEvents(events: readonly Event[], areAllNew: boolean): Promise<void>;
  addItems(items: readonly Item[]): Promise<void>;
  addUsers(users: readonly UserRecord[]): Promise<void>;
  /** Erases users and items from the knowledge, and users from the sequences. */
  forget(ids: { users?: readonly string[]; items?: readonly string[] }): Promise<void>;
  /**
   * Loads the newest ranker, and the log anew after deletions. False if nothing has changed.
   * @throws LorekeepError `KNOWLEDGE_URL_INVALID`, `RANKER_FILES_UNREADABLE`, `RANKING_…`
   */
  reload(): Promise<boolean>;
  stats(): RankingStats;
  close(): Promise<void>;
}

/** A service without a ranker until `reload` is called. */
export function createRankingService(options: RankingServiceOptions): RankingService {
  const { workspace, store, maxResidual, rankerThreads: threads } = options;
  const folder = join(workspace, 'knowledge', 'centre');
  let centre: KnowledgeStore | undefined;
  let opening: Promise<KnowledgeStore> | undefined;
  let ranker: LiveRanker | undefined;
  let isStale = false;
  let failures = 0;

  /** It is opened once. An attempt that failed is repeated at the next call. */
  function openCentre(): Promise<KnowledgeStore | undefined> {
    const place = options.knowledge ?? folder;
    if (!hasKnowledgeStore(place)) return Promise.resolve(undefined);
    opening ??= openKnowledgeStore(place).then(
      (opened) => {
        centre = opened;
        return opened;
      },
      (error) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }

  async function load(): Promise<boolean> {
    await openCentre().catch((error: unknown) => {
      if (errorCode(error) !== 'KNOWLEDGE_STORE_UNAVAILABLE') throw error;
    });
    const directory = await latestRanker(workspace);
    if (directory === undefined) return false;
    const isNewest = ranker?.manifest.version === basename(directory);
    if (isNewest && !isStale && ranker?.deletions === (await store.deletions())) return false;
    isStale = false;
    const next = await openLiveRanker({ directory, store, knowledge: openCentre, maxResidual, threads });
    const old = ranker;
    ranker = next;
    failures += old?.withoutKnowledge ?? 0;
    await old?.close();
    return true;
  }

  return {
    async rank(request) {
      if (ranker === undefined) throw errors.RANKER_NOT_SERVED();
      return ranker.rank(request);
    },
    async knowledge(request) {
      const open = await openCentre();
      if (open === undefined) throw errors.KNOWLEDGE_NOT_SERVED();
      return knowledgeAnswer(open, request);
    },
    async addEvents(events, areAllNew) {
      // Which of them were stored before is not known: the log is read again.
      if (areAllNew) await ranker?.addEvents(events);
      else isStale = true;
    },
    addItems: async (items) => ranker?.addItems(items),
    addUsers: async (users) => ranker?.addUsers(users),
    async forget({ users = [], items = [] }) {
      await ranker?.forgetUsers(users);
      const open = await openCentre();
      if (open !== undefined) for (const space of SPACES) await open.remove(space, { users, items });
    },
    reload: load,
    stats() {
      const own = ranker?.manifest;
      const known = centre?.stats();
      return {
        ranker:
          own === undefined
            ? null
            : {
                version: own.version,
                outcomes: own.tasks.map(({ outcome }) => outcome),
                surfaces: own.surfaces,
                knowledge: own.knowledge?.version ?? null,
              },
        knowledge:
          known === undefined
            ? null
            : {
                ageSeconds: known.ageSeconds,
                residual: known.residual,
                hitRate: { user: known.hitRate.user, item: known.hitRate.item },
                withoutKnowledge: failures + (ranker?.withoutKnowledge ?? 0),
              },
      };
    },
    async close() {
      await ranker?.close();
      await centre?.close();
    },
  };
}

/** The spaces that a workspace publishes. */
export const SPACES = ['keep', 'text', 'towers'];
