/**
 * The part of a workspace that concerns rankers of impressions and the knowledge that is plugged into
 * them: evaluate, train and ask rankers; pre-train, extract, publish and read knowledge.
 */
import type { RunContext } from '@lorekeep/core';
import type { KnowledgeAnswer, RankAnswer, RankingService } from '@lorekeep/recommender';
import type { EngineRun } from '../publishing/engine.ts';
import type { WorkspaceState } from '../state.ts';
import type { KnowledgePublishOptions, KnowledgePublishResult } from './centre/publish.ts';
import type { KnowledgeGetOptions, KnowledgePlace, KnowledgeVersionsResult } from './centre/read.ts';
import type { RankEvaluateOptions, RankEvaluateResult } from './evaluation/evaluate.ts';
import type { KnowledgeExtractOptions, KnowledgeExtractResult } from './extraction/extract.ts';
import type { KnowledgePretrainOptions, KnowledgePretrainResult } from './pretraining/pretrain.ts';
import type { RankScoreOptions } from './ranker/score.ts';
import type { RankTrainOptions, RankTrainResult } from './ranker/train.ts';

/** Steps on the impression log of a workspace. */
export interface RankingSteps {
  /**
   * Trains and scores a ranker of one outcome in frozen windows of the impression log, without
   * knowledge and with it, on the same impressions and with the same seeds. Knowledge of a window comes
   * from a model that has learned from the windows before it. Nothing is stored.
   * @throws LorekeepError `IMPRESSIONS_MISSING`, `OUTCOME_UNKNOWN`, `SURFACE_UNKNOWN`,
   *   `RANKING_TOO_SHORT`, `OPTION_INVALID`, `WORKSPACE_BAD_OPTION`
   * @example
   * const { lifts } = await workspace.rankEvaluate({ outcome: 'click', surfaces: ['home'], seeds: [42] });
   * console.log(lifts.knowledge?.difference, lifts.knowledge?.interval);
   */
  rankEvaluate(options: RankEvaluateOptions, run?: RunContext): Promise<RankEvaluateResult>;

  /**
   * Trains a ranker on the impression log, day by day, and makes it the newest version. It continues
   * from the newest version of the same outcomes, surfaces and knowledge, and learns from days that are
   * newer. If users were erased since, it starts anew. Warns with `KNOWLEDGE_BEHIND`.
   * @throws LorekeepError `IMPRESSIONS_MISSING`, `OUTCOME_MISSING`, `OUTCOME_UNKNOWN`,
   *   `OUTCOME_REPEATED`, `SURFACE_UNKNOWN`, `KNOWLEDGE_MODEL_MISSING`, `KNOWLEDGE_MODEL_UNKNOWN`,
   *   `RANKING_…`, `WORKSPACE_BAD_OPTION`
   * @example
   * const { version, learned } = await workspace.rankTrain({ outcomes: [{ outcome: 'click' }] });
   */
  rankTrain(options?: RankTrainOptions, run?: RunContext): Promise<RankTrainResult>;

  /**
   * Orders items for a user with a trained ranker, as a service would.
   * @throws LorekeepError `RANKER_MISSING`, `RANKER_VERSION_UNKNOWN`, `RANKER_LEARNED_LATER`,
   *   `REQUEST_INVALID`, `RANKING_…`, `WORKSPACE_BAD_OPTION`
   * @example
   * const { items, knowledge } = await workspace.rankScore({ user: 'ann', items: ['B0001', 'B0002'] });
   */
  rankScore(options: RankScoreOptions): Promise<RankAnswer>;

  /**
   * Pre-trains knowledge on the impressions of all surfaces, day by day, and makes it the newest
   * version. It continues from the newest version with days that are newer. If users were erased
   * since, it starts anew. Warns with `LATE_IMPRESSIONS`.
   * @throws LorekeepError `IMPRESSIONS_MISSING`, `OUTCOME_MISSING`, `OUTCOME_UNKNOWN`,
   *   `KNOWLEDGE_TASKS_DIFFER`, `RANKING_…`, `WORKSPACE_BAD_OPTION`
   * @example
   * const { version } = await workspace.knowledgePretrain();
   * await workspace.knowledgePublish({ version });
   */
  knowledgePretrain(options?: KnowledgePretrainOptions, run?: RunContext): Promise<KnowledgePretrainResult>;

  /**
   * Writes the impressions with what a pre-trained version knew of each before it learned from it, for
   * the training of a ranker of your own.
   * @throws LorekeepError `KNOWLEDGE_MODEL_MISSING`, `KNOWLEDGE_MODEL_UNKNOWN`, `EXTRACT_FORMAT`,
   *   `PATH_…`, `DISK_FULL`
   * @example
   * const { rows, columns } = await workspace.knowledgeExtract({ out: 'rows.parquet' });
   */
  knowledgeExtract(options: KnowledgeExtractOptions, run?: RunContext): Promise<KnowledgeExtractResult>;

  /**
   * Publishes a pre-trained version to the General Knowledge Center. The five newest versions are kept.
   * @throws LorekeepError `KNOWLEDGE_MODEL_MISSING`, `KNOWLEDGE_MODEL_UNKNOWN`, `KNOWLEDGE_…`;
   *   for other spaces `NOTHING_ENCODED`, `NOTHING_TRAINED`, `MODEL_VERSION_UNKNOWN`, `BUNDLE_…`
   * @example
   * await workspace.knowledgePublish({ store: 'redis://localhost:6379' });
   */
  knowledgePublish(options?: KnowledgePublishOptions, run?: RunContext): Promise<KnowledgePublishResult>;

  /**
   * Pre-trained and published versions.
   * @example
   * const { published } = await workspace.knowledgeVersions();
   */
  knowledgeVersions(options?: KnowledgePlace): Promise<KnowledgeVersionsResult>;

  /**
   * Opens rankers and knowledge for a service without recommendations. The caller closes it, before the
   * workspace.
   * @throws LorekeepError `KNOWLEDGE_URL_INVALID`, `KNOWLEDGE_ADAPTER_MISSING`
   * @example
   * const ranking = await workspace.rankingService();
   * const { items } = await ranking.rank({ user: 'ann', items: ['B0001', 'B0002'] });
   * await ranking.close();
   */
  rankingService(run?: EngineRun): Promise<RankingService>;

  /**
   * Reads knowledge of pairs of user and item from the General Knowledge Center.
   * @throws LorekeepError `REQUEST_INVALID`, `KNOWLEDGE_NOT_SERVED`, `KNOWLEDGE_…`
   * @example
   * const { columns, values } = await workspace.knowledgeGet({ users: ['ann'], items: ['B0001', 'B0002'] });
   */
  knowledgeGet(options: KnowledgeGetOptions): Promise<KnowledgeAnswer>;
}

/** Each step loads the packages that it needs when it is first called. */
export function rankingSteps(state: WorkspaceState): RankingSteps {
  return {
    async rankEvaluate(options, run = {}) {
      const { rankEvaluate } = await import('./evaluation/evaluate.ts');
      return rankEvaluate(state, options, run);
    },
    async rankTrain(options = {}, run = {}) {
      const { rankTrain } = await import('./ranker/train.ts');
      return rankTrain(state, options, run);
    },
    async rankScore(options) {
      const { rankScore } = await import('./ranker/score.ts');
      return rankScore(state, options);
    },
    async knowledgePretrain(options = {}, run = {}) {
      const { knowledgePretrain } = await import('./pretraining/pretrain.ts');
      return knowledgePretrain(state, options, run);
    },
    async knowledgeExtract(options, run = {}) {
      const { knowledgeExtract } = await import('./extraction/extract.ts');
      return knowledgeExtract(state, options, run);
    },
    async knowledgePublish(options = {}, run = {}) {
      const { knowledgePublish } = await import('./centre/publish.ts');
      return knowledgePublish(state, options, run);
    },
    async rankingService(run = {}) {
      const { rankingOf } = await import('../publishing/engine.ts');
      return rankingOf(state, run);
    },
    async knowledgeVersions(options = {}) {
      const { knowledgeVersions } = await import('./centre/read.ts');
      return knowledgeVersions(state, options);
    },
    async knowledgeGet(options) {
      const { knowledgeGet } = await import('./centre/read.ts');
      return knowledgeGet(state, options);
    },
  };
}
