/**
 * Stage 1 of KEEP over the whole impression log of a workspace: one network learns several outcomes
 * on all surfaces, day by day. Before it learns a day it says what it knows of each impression of the
 * day; a version contains these rows, for rankers that train on them.
 */
import { newVersion, type RunContext } from '@lorekeep/core';
import { createSuperDomain, extractKnowledge, SEQUENCE_LENGTH, type SuperDomain } from '@lorekeep/knowledge';
import type { RankingTask } from '@lorekeep/ranking';
import type { ImpressionColumns } from '@lorekeep/store';
import { checkOptions } from '../../check-options.ts';
import { DEFAULT_SEED } from '../../defaults.ts';
import { forgetErasedUsers } from '../../deletion/erasure.ts';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { warnings } from '../../warnings.ts';
import { sliceColumns } from '../log/columns.ts';
import { startOfDay } from '../log/days.ts';
import { checkTasks, type LoggedData, outcomesByCount, withLog } from '../log/read-data.ts';
import { partsAfter, readFirst, rowsOf } from '../log/walk.ts';
import { continuedFrom, type KnowledgeManifest, knowledgeModels, saveLearned } from '../versions.ts';
import { openModel } from './model.ts';
import { createProgressiveWriter, type ProgressiveRows, rowKeys } from './progressive-rows.ts';

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

export function knowledgePretrain(
  state: WorkspaceState,
  options: KnowledgePretrainOptions,
  context: RunContext,
): Promise<KnowledgePretrainResult> {
  const { seed = DEFAULT_SEED, threads } = options;
  checkOptions({ seed, threads });
  return withLog(state, (data) => pretrain(state, data, options, context));
}

async function pretrain(
  state: WorkspaceState,
  data: LoggedData,
  options: KnowledgePretrainOptions,
  context: RunContext,
): Promise<KnowledgePretrainResult> {
  const { fresh = false, historyUntil, seed = DEFAULT_SEED, threads } = options;
  const started = performance.now();
  const { log } = data;
  const deletions = await state.store.deletions();
  const former = fresh ? undefined : await continuedFrom<KnowledgeManifest>(state, knowledgeModels(state));
  const tasks = tasksOf(data, options.tasks, former?.manifest);
  const before = former === undefined ? 0 : await log.countUntil(former.manifest.seenUntil);
  const late = former === undefined ? 0 : Math.max(0, before - former.manifest.impressions);
  if (late > 0) context.warn?.(warnings.LATE_IMPRESSIONS(late));
  if (former !== undefined && before === log.impressions)
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
  let learned = 0;
  try {
    const manifest = await saveLearned<KnowledgeManifest>(knowledgeModels(state), async (directory) => {
      const written = await createProgressiveWriter(directory, former?.directory);
      if (former === undefined && historyUntil !== undefined) learned += await learnHistory(historyUntil);
      const history = learned;
      const total = log.impressions - before - history;
      const [first, last] = [log.parts[0], log.parts[log.parts.length - 1]];
      if (former === undefined && history === 0 && startOfDay(first.from) === startOfDay(last.until))
        context.warn?.(warnings.KNOWLEDGE_UNTRAINED());
      for await (const columns of partsAfter(log, model.ranker.seenUntil)) {
        context.signal?.throwIfAborted();
        await written.add(await progressiveRows(model, data, columns));
        await model.learn(columns, [rowsOf(columns)], { signal: context.signal });
        learned += columns.users.length;
        context.progress?.({ stage: 'pre-train', done: learned - history, total, unit: 'impressions' });
      }
      await written.end();
      return {
        network: model.ranker.state(),
        manifest: {
          tasks,
          seed: former?.manifest.seed ?? seed,
          from: former?.manifest.version ?? null,
          run: former?.manifest.run ?? newVersion(),
          seenUntil: model.ranker.seenUntil,
          impressions: (former?.manifest.impressions ?? 0) + learned,
          deletions,
          seconds: (performance.now() - started) / 1000,
        },
      };
    });
    await forgetErasedUsers(state, context);
    const { version, seconds } = manifest;
    return { version, unchanged: false, learned, late, seconds, manifest };
  } finally {
    await model.close();
  }

  /** Impressions without times of their own are cut by users, so all are read at once. */
  async function learnHistory(until: number): Promise<number> {
    const columns = await readFirst(log, await log.countUntil(until, true));
    const rows = rowsOf(columns);
    if (rows.length > 0) await model.learnHistory(columns, rows, context);
    return rows.length;
  }
}

/** Rows of which knowledge is extracted at once. */
const CHUNK = 8192;

/** What the model knows of rows of one day before it learns them, with ages as at the start of the day. */
async function progressiveRows(
  { ranker }: SuperDomain,
  { log }: LoggedData,
  columns: ImpressionColumns,
): Promise<ProgressiveRows> {
  const { timestamps } = columns;
  const count = timestamps.length;
  const now = Math.max(startOfDay(timestamps[0]), ranker.seenUntil);
  let values = new Float32Array(0);
  let width = 0;
  for (let first = 0; first < count; first += CHUNK) {
    const chunk = sliceColumns(columns, first, first + CHUNK);
    const found = await extractKnowledge(ranker, { columns: chunk, rows: rowsOf(chunk) }, { now });
    width = found.width;
    if (first === 0) values = new Float32Array(count * width);
    values.set(found.values, first * width);
  }
  return {
    width,
    timestamps,
    keys: rowKeys(columns, log),
    seenUntil: new Float64Array(count).fill(ranker.seenUntil),
    values,
  };
}

function tasksOf(
  { log }: LoggedData,
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
    checkTasks(log, given);
    return [...given];
  }
  const known = outcomesByCount(log);
  const isFrequent = (outcome: string) =>
    log.outcomeCounts[log.outcomeNames.indexOf(outcome)] >= MIN_SHARE * log.impressions;
  const frequent = known.filter(isFrequent);
  const tasks = (frequent.length > 0 ? frequent : known.slice(0, 1)).map((outcome) => ({ outcome }));
  checkTasks(log, tasks);
  return tasks;
}
