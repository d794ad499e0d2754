/**
 * Publishes what a model of stage 1 knows: an entry for every user and every item, and one for those
 * of whom nothing is known.
 */
import type { RunContext } from '@lorekeep/core';
import {
  type AlignOptions,
  type KnowledgeEntries,
  type KnowledgePrecision,
  type KnowledgeVersion,
  knowledgeEntries,
  servedSchema,
} from '@lorekeep/knowledge';
import { KEEP_SPACE, UNKNOWN_ID } from '@lorekeep/recommender';
import { checkOptions } from '../../check-options.ts';
import type { WorkspaceState } from '../../state.ts';
import { nextDay } from '../days.ts';
import { openModel } from '../pretraining/model.ts';
import { readRankingData } from '../read-data.ts';
import { type KnowledgeManifest, knowledgeDir, readLearned } from '../versions.ts';
import { withCentre } from './open-centre.ts';

/** What is published, and where. */
export interface KnowledgePublishOptions {
  /** A pre-trained version. Default: the newest. */
  version?: string;
  /** A folder, or the URL of a Redis. Default: `knowledge/centre` in the workspace. */
  store?: string;
  /**
   * Publish the entries mapped onto an earlier version, for rankers that were trained with it: `true`
   * for the newest one, or options. Default false: as they are, for rankers trained with this version.
   */
  align?: boolean | AlignOptions;
  /** How numbers are stored. Default `'fp32'`: exactly those that rankers train on. */
  precision?: KnowledgePrecision;
  /** 1 to 256. Default 1. */
  threads?: number;
}

/** The version that is published now. */
export interface KnowledgePublishResult {
  space: string;
  published: KnowledgeVersion;
  /** The space had this version, so nothing was done. */
  unchanged: boolean;
  /** The pre-trained version that was published. */
  model: string;
  /** The folder or the URL, without a password. */
  store: string;
  seconds: number;
}

export async function knowledgePublish(
  state: WorkspaceState,
  options: KnowledgePublishOptions,
  { progress, signal }: RunContext,
): Promise<KnowledgePublishResult> {
  const { align = false, precision = 'fp32', threads } = options;
  checkOptions({ threads });
  const started = performance.now();
  const directory = await knowledgeDir(state, options.version);
  const manifest = await readLearned<KnowledgeManifest>(directory);
  const version = align === false ? manifest.version : `${manifest.version}-aligned`;
  return withCentre(state, options.store, async (centre) => {
    const done = (published: KnowledgeVersion, unchanged: boolean): KnowledgePublishResult => ({
      space: KEEP_SPACE,
      published,
      unchanged,
      model: manifest.version,
      store: withoutPassword(options.store) ?? 'knowledge/centre',
      seconds: (performance.now() - started) / 1000,
    });
    const existing = (await centre.versions(KEEP_SPACE)).find((one) => one.version === version);
    if (existing !== undefined) return done(existing, true);
    const data = await readRankingData(state);
    const model = await openModel(directory, data, threads);
    try {
      const { ranker } = model;
      const userIds = [...data.log.userIds, UNKNOWN_ID];
      const itemIds = [...data.log.itemIds, UNKNOWN_ID];
      // Ages of behaviours count from the day after the newest impression, as in the rows that rankers
      // train on.
      const entries = knowledgeEntries(ranker, { userIds, itemIds, now: nextDay(ranker.seenUntil) });
      const dim = ranker.state().config.towers;
      const published = await centre.publish(KEEP_SPACE, {
        version,
        schema: servedSchema(ranker.tasks, dim),
        entries: reported(entries, userIds.length + itemIds.length),
        precision,
        ...(align !== false && { align: align === true ? {} : align }),
      });
      return done(published, false);
    } finally {
      await model.close();
    }
  });

  async function* reported(entries: AsyncIterable<KnowledgeEntries>, total: number) {
    let done = 0;
    for await (const batch of entries) {
      signal?.throwIfAborted();
      yield batch;
      done += batch.ids.length;
      progress?.({ stage: 'publish', done, total, unit: 'entries' });
    }
  }
}

const withoutPassword = (place: string | undefined) => place?.replace(/\/\/[^@/]*@/, '//');
