/**
 * A ranker of impressions: one network that learns the given outcomes on the given surfaces day by
 * day, with the knowledge of stage 1 added to the last layer of each outcome. The knowledge of a row
 * comes from a model that had not learned from it.
 */
import { currentVersion, type RunContext } from '@lorekeep/core';
import { SEQUENCE_LENGTH } from '@lorekeep/knowledge';
import {
  type Behaviours,
  createBehaviours,
  createImpressionRanker,
  type ImpressionRanker,
  openImpressionRanker,
  type RankingTask,
  recordRows,
} from '@lorekeep/ranking';
import { KEEP_SPACE, type RankerManifest } from '@lorekeep/recommender';
import type { ImpressionColumns } from '@lorekeep/store';
import { checkOptions } from '../../check-options.ts';
import { DEFAULT_SEED } from '../../defaults.ts';
import { forgetErasedUsers } from '../../deletion/erasure.ts';
import type { WorkspaceState } from '../../state.ts';
import { warnings } from '../../warnings.ts';
import { checkSurfaces, checkTasks, type LoggedData, withLog } from '../log/read-data.ts';
import type { SpooledLog } from '../log/spooled-log.ts';
import { partsAfter, partsUntil, rowsOf } from '../log/walk.ts';
import { openProgressive, type ProgressiveReader } from '../pretraining/progressive-rows.ts';
import {
  continuedFrom,
  type KnowledgeManifest,
  knowledgeDir,
  knowledgeModels,
  loadNetwork,
  newestLearned,
  rankers,
  readLearned,
  saveLearned,
} from '../versions.ts';
import { byState, pluggedRows } from './plugged-rows.ts';

/** What the ranker learns, and from what it continues. */
export interface RankTrainOptions {
  /** What is predicted, in the order of the answers. Default: the outcomes of the version that it continues. */
  outcomes?: readonly RankingTask[];
  /** Where it ranks. Default: those of the version that it continues; else all surfaces. */
  surfaces?: readonly string[];
  /**
   * Which pre-trained version is plugged in; false for none. Default: the newest, if there is one.
   */
  knowledge?: string | false;
  /** Learn the whole log anew. Default false: continue from the newest version of the same form. */
  fresh?: boolean;
  /** Default 42. */
  seed?: number;
  /** 1 to 256. Default 1: small graphs gain little from more. */
  threads?: number;
}

/** The newest ranker. */
export interface RankTrainResult {
  version: string;
  /** There was no new impression, so nothing was done. */
  unchanged: boolean;
  /** Impressions that this call has learned from. */
  learned: number;
  /** Of them, those with knowledge. */
  withKnowledge: number;
  /** Impressions that arrived too late: they are older than what an earlier version has learned from. */
  late: number;
  /** Mean loss of the last day that was learned. */
  loss: number | null;
  seconds: number;
  manifest: RankerManifest;
}

export function rankTrain(
  state: WorkspaceState,
  options: RankTrainOptions,
  context: RunContext,
): Promise<RankTrainResult> {
  const { seed = DEFAULT_SEED, threads } = options;
  checkOptions({ seed, threads });
  return withLog(state, (data) => train(state, data, options, context));
}

async function train(
  state: WorkspaceState,
  data: LoggedData,
  options: RankTrainOptions,
  context: RunContext,
): Promise<RankTrainResult> {
  const { fresh = false, seed = DEFAULT_SEED, threads } = options;
  const started = performance.now();
  const { log } = data;
  const deletions = await state.store.deletions();
  const newest = fresh ? undefined : await continuedFrom<RankerManifest>(state, rankers(state));
  // A training that starts anew is of the same outcomes and surfaces, unless others are named.
  const before = newest ?? (await newestLearned<RankerManifest>(rankers(state)));
  const tasks = options.outcomes ?? before?.manifest.tasks ?? [];
  const surfaces = options.surfaces ?? before?.manifest.surfaces ?? null;
  checkTasks(log, tasks);
  checkSurfaces(log, surfaces ?? []);
  const known = await knowledgeOf(state, options.knowledge);
  const former = newest !== undefined && isSameForm(newest.manifest, tasks, surfaces, known) ? newest : undefined;
  const isWanted = onSurfaces(log.surfaceNames, surfaces);

  const behaviours = createBehaviours(SEQUENCE_LENGTH);
  let late = 0;
  if (former !== undefined) {
    for await (const columns of partsUntil(log, former.manifest.seenUntil)) {
      recordRows(behaviours, columns, rowsOf(columns));
      late += wantedRows(columns, isWanted).length;
    }
    late = Math.max(0, late - former.manifest.impressions);
    if (late > 0) context.warn?.(warnings.LATE_IMPRESSIONS(late));
    const isNewest = former.manifest.knowledge?.version === known?.manifest.version;
    if (isNewest && !(await hasRowsAfter(log, former.manifest.seenUntil, isWanted)))
      return unchanged(former.manifest, late);
  }

  const ranker =
    former === undefined
      ? await createImpressionRanker({ tasks, entities: data, behaviours, seed, threads })
      : await openImpressionRanker({ state: await loadNetwork(former.directory), entities: data, behaviours, threads });
  try {
    const plugs = known === undefined ? [] : tasks.map((_, t) => `knowledge-${t + 1}`);
    if (former === undefined && known !== undefined)
      for (const [t, name] of plugs.entries())
        await ranker.plug({ name, width: known.rows.width, layer: `${tasks[t].outcome}/out` });
    const { learned, withKnowledge, untrained, loss } = await learnParts(ranker, behaviours, data, {
      isWanted,
      knowledge: known && { rows: known.rows, plugs },
      context,
    });
    if (known !== undefined && learned > 0 && withKnowledge < MOST * learned)
      context.warn?.(warnings.KNOWLEDGE_BEHIND(learned - withKnowledge, learned));
    if (withKnowledge > 0 && untrained === withKnowledge) context.warn?.(warnings.KNOWLEDGE_UNTRAINED());
    const manifest = await saveLearned<RankerManifest>(rankers(state), async () => ({
      network: ranker.state(),
      manifest: {
        tasks: [...tasks],
        seed: former?.manifest.seed ?? seed,
        from: former?.manifest.version ?? null,
        seenUntil: ranker.seenUntil,
        impressions: (former?.manifest.impressions ?? 0) + learned,
        deletions,
        seconds: (performance.now() - started) / 1000,
        surfaces: surfaces === null ? null : [...surfaces],
        knowledge:
          known === undefined
            ? null
            : {
                space: KEEP_SPACE,
                version: known.manifest.version,
                run: known.manifest.run,
                width: known.rows.width,
                plugs,
              },
      },
    }));
    await forgetErasedUsers(state, context);
    const { version, seconds } = manifest;
    return { version, unchanged: false, learned, withKnowledge, late, loss, seconds, manifest };
  } finally {
    await ranker.close();
  }
}

const unchanged = (manifest: RankerManifest, late: number): RankTrainResult => ({
  version: manifest.version,
  unchanged: true,
  learned: 0,
  withKnowledge: 0,
  late,
  loss: null,
  seconds: 0,
  manifest,
});

/** Trains on the parts of the log that the ranker has not read. */
async function learnParts(
  ranker: ImpressionRanker,
  behaviours: Behaviours,
  { log }: LoggedData,
  {
    isWanted,
    knowledge,
    context: { progress, signal },
  }: {
    isWanted: (surface: number) => boolean;
    knowledge: { rows: ProgressiveReader; plugs: readonly string[] } | undefined;
    context: RunContext;
  },
) {
  const result = { learned: 0, withKnowledge: 0, untrained: 0, loss: null as number | null };
  const total = log.impressions - (await log.countUntil(ranker.seenUntil));
  let done = 0;
  for await (const columns of partsAfter(log, ranker.seenUntil)) {
    signal?.throwIfAborted();
    const own = wantedRows(columns, isWanted);
    const found = own.length === 0 ? undefined : await knowledge?.rows.find(columns, log);
    for (const rows of found === undefined ? [own] : byState(own, found)) {
      if (rows.length === 0) continue;
      const plugged = found && pluggedRows(columns, rows, found, knowledge!.plugs);
      result.withKnowledge += plugged?.present ?? 0;
      result.untrained += plugged?.untrained ?? 0;
      result.loss = (await ranker.train(plugged?.rows ?? { columns, rows })).loss;
    }
    result.learned += own.length;
    recordRows(behaviours, columns, rowsOf(columns));
    done += columns.users.length;
    progress?.({ stage: 'train', done, total, unit: 'impressions' });
  }
  return result;
}

/** Whether a surface is among the chosen ones; `null` chooses all. */
function onSurfaces(names: readonly string[], chosen: readonly string[] | null): (surface: number) => boolean {
  if (chosen === null) return () => true;
  const numbers = new Set(chosen.map((surface) => names.indexOf(surface)));
  return (surface) => numbers.has(surface);
}

async function hasRowsAfter(log: SpooledLog, time: number, isWanted: (surface: number) => boolean): Promise<boolean> {
  for await (const { surfaces } of partsAfter(log, time)) if (surfaces.some(isWanted)) return true;
  return false;
}

const wantedRows = (columns: ImpressionColumns, isWanted: (surface: number) => boolean): Int32Array =>
  rowsOf(columns).filter((row) => isWanted(columns.surfaces[row]));

/** A smaller share of rows with knowledge than this is worth a warning. */
const MOST = 0.9;

/** The pre-trained version whose rows the ranker reads. */
async function knowledgeOf(state: WorkspaceState, wanted: string | false | undefined) {
  if (wanted === false) return undefined;
  if (wanted === undefined && (await currentVersion(knowledgeModels(state))) === undefined) return undefined;
  const directory = await knowledgeDir(state, wanted);
  return { manifest: await readLearned<KnowledgeManifest>(directory), rows: await openProgressive(directory) };
}

type Known = Awaited<ReturnType<typeof knowledgeOf>>;

/** Whether a ranker can be continued as what is asked for: with a later version of the same run of stage 1. */
function isSameForm(
  former: RankerManifest,
  tasks: readonly RankingTask[],
  surfaces: readonly string[] | null,
  known: Known,
): boolean {
  const isEqual = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (!isEqual(former.tasks, tasks) || !isEqual(former.surfaces, surfaces)) return false;
  if ((former.knowledge === null) !== (known === undefined)) return false;
  return known === undefined || former.knowledge!.run === known.manifest.run;
}
