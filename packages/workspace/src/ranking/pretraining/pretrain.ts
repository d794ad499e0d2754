/**
 * Stage 1 of KEEP over the whole impression log of a workspace: one network learns several outcomes
 * on all surfaces, day by day. Before it learns a day it says what it knows of each impression of the
 * day; a version contains these rows, for rankers that train on them.
 */
import { newVersion, type RunContext } from '@lorekeep/core';
import { createSuperDomain, extractKnowledge, SEQUENCE_LENGTH, type SuperDomain } from '@lorekeep/knowledge';
import type { RankingData, RankingTask } from '@lorekeep/ranking';
import { checkOptions } from '../../check-options.ts';
import { DEFAULT_SEED } from '../../defaults.ts';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { warnings } from '../../warnings.ts';
import { firstAfter, newDays, startOfDay } from '../days.ts';
import { checkTasks, outcomeCounts, outcomesByCount, readRankingData } from '../read-data.ts';
import { continuedFrom, type KnowledgeManifest, knowledgeModels, saveLearned } from '../versions.ts';
import { openModel } from './model.ts';
import {
  joinProgressive,
  loadProgressive,
  type ProgressiveRows,
  rowKeys,
  saveProgressive,
} from './progressive-rows.ts';

/** What stage 1 learns, and from what it continues. */
export interface KnowledgePretrainOptions {
  /**
   * Outcomes that it learns. Default: those of the version that it continues; else all outcomes of at
   * least 1 % of the impressions.
   */
  tasks?: readonly RankingTask[];
  /** Learn the whole log anew. Default false: continue from the newest version with days that are newer. */
  fresh?: boolean;
  /**
   * Unix seconds: impressions before this time are history whose order is known, but not its times.
   * They are learned in parts of ten per user, and no knowledge of them is kept. Default: none.
   */
  historyUntil?: number;
  /** Default 42. */
  seed?: number;
  /** 1 to 256. Default 1: small graphs gain little from more. */
  threads?: number;
}

/** The newest pre-trained version. */
export interface KnowledgePretrainResult {
  version: string;
  /** There was no new impression, so nothing was done. */
  unchanged: boolean;
  /** Impressions that this call has learned from. */
  learned: number;
  /** Impressions that arrived too late: they are older than what an earlier version has learned from. */
  late: number;
  seconds: number;
  manifest: KnowledgeManifest;
}

/** Outcomes of fewer impressions are no task of their own unless they are asked for. */
const MIN_SHARE = 0.01;

export async function knowledgePretrain(
  state: WorkspaceState,
  options: KnowledgePretrainOptions,
  context: RunContext,
): Promise<KnowledgePretrainResult> {
  const { fresh = false, historyUntil, seed = DEFAULT_SEED, threads } = options;
  checkOptions({ seed, threads });
  const started = performance.now();
  const deletions = await state.store.deletions();
  const data = await readRankingData(state);
  const former = fresh ? undefined : await continuedFrom<KnowledgeManifest>(state, knowledgeModels(state));
  const tasks = tasksOf(data, options.tasks, former?.manifest);
  const { log } = data;
  const formerRows = former === undefined ? undefined : await loadProgressive(former.directory);
  const seenUntil = former?.manifest.seenUntil ?? Number.NEGATIVE_INFINITY;
  const late =
    former === undefined ? 0 : Math.max(0, firstAfter(log.timestamps, seenUntil) - former.manifest.impressions);
  const historyEnd =
    former === undefined && historyUntil !== undefined ? firstAfter(log.timestamps, historyUntil, true) : 0;
  const days = newDays(log, historyEnd > 0 ? log.timestamps[historyEnd - 1] : seenUntil);
  if (late > 0) context.warn?.(warnings.LATE_IMPRESSIONS(late));
  if (former !== undefined && days.length === 0)
    return {
      version: former.manifest.version,
      unchanged: true,
      learned: 0,
      late,
      seconds: 0,
      manifest: former.manifest,
    };
  const model =
    former === undefined
      ? await createSuperDomain({ tasks, entities: data, seed, length: SEQUENCE_LENGTH, threads })
      : await openModel(former.directory, data, threads);
  try {
    if (historyEnd > 0)
      await model.learnHistory(
        log,
        Int32Array.from({ length: historyEnd }, (_, row) => row),
        context,
      );
    const parts = formerRows === undefined ? [] : [formerRows];
    const total = days.reduce((sum, rows) => sum + rows.length, 0);
    let done = 0;
    for (const rows of days) {
      context.signal?.throwIfAborted();
      parts.push(await progressiveRows(model, data, rows));
      await model.learn(log, [rows], { signal: context.signal });
      done += rows.length;
      context.progress?.({ stage: 'pre-train', done, total, unit: 'impressions' });
    }
    const learned = historyEnd + done;
    const seconds = (performance.now() - started) / 1000;
    const manifest = await saveLearned<KnowledgeManifest>(
      state,
      knowledgeModels(state),
      model.ranker.state(),
      {
        tasks,
        seed: former?.manifest.seed ?? seed,
        from: former?.manifest.version ?? null,
        run: former?.manifest.run ?? newVersion(),
        seenUntil: model.ranker.seenUntil,
        impressions: (former?.manifest.impressions ?? 0) + learned,
        deletions,
        seconds,
      },
      (directory) => saveProgressive(directory, joinProgressive(parts)),
    );
    return { version: manifest.version, unchanged: false, learned, late, seconds, manifest };
  } finally {
    await model.close();
  }
}

/** What the model knows of rows of one day before it learns them, with ages as at the start of the day. */
async function progressiveRows(model: SuperDomain, { log }: RankingData, rows: Int32Array): Promise<ProgressiveRows> {
  const first = log.timestamps[rows[0]];
  const now = Math.max(startOfDay(first), model.ranker.seenUntil);
  const { width, values, seenUntil } = await extractKnowledge(model.ranker, { columns: log, rows }, { now });
  return {
    width,
    timestamps: Float64Array.from(rows, (row) => log.timestamps[row]),
    keys: rowKeys(log, rows),
    seenUntil: new Float64Array(rows.length).fill(seenUntil),
    values,
  };
}

function tasksOf(
  data: RankingData,
  given: readonly RankingTask[] | undefined,
  former: KnowledgeManifest | undefined,
): RankingTask[] {
  if (former !== undefined) {
    const names = (tasks: readonly RankingTask[]) =>
      tasks.map(({ outcome, among }) => (among === undefined ? outcome : `${outcome} among ${among}`));
    if (given !== undefined && String(names(given)) !== String(names(former.tasks)))
      throw errors.KNOWLEDGE_TASKS_DIFFER({
        version: former.version,
        tasks: names(former.tasks),
        given: names(given),
      });
    return former.tasks;
  }
  if (given !== undefined) {
    checkTasks(data, given);
    return [...given];
  }
  const { log } = data;
  const counts = outcomeCounts(log);
  const known = outcomesByCount(log);
  const isFrequent = (outcome: string) => counts[log.outcomeNames.indexOf(outcome)] >= MIN_SHARE * log.impressions;
  const frequent = known.filter(isFrequent);
  const tasks = (frequent.length > 0 ? frequent : known.slice(0, 1)).map((outcome) => ({ outcome }));
  checkTasks(data, tasks);
  return tasks;
}
