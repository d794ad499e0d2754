/**
 * A ranker of impressions: one network that learns the given outcomes on the given surfaces day by
 * day, with the knowledge of stage 1 added to the last layer of each outcome. The knowledge of a row
 * comes from a model that had not learned from it.
 */
import { currentVersion, type RunContext } from '@lorekeep/core';
import { SEQUENCE_LENGTH } from '@lorekeep/knowledge';
import {
  createBehaviours,
  createImpressionRanker,
  openImpressionRanker,
  type RankingData,
  type RankingRows,
  type RankingTask,
  type RowKnowledge,
  recordRows,
} from '@lorekeep/ranking';
import { KEEP_SPACE, type RankerManifest } from '@lorekeep/recommender';
import { checkOptions } from '../../check-options.ts';
import { DEFAULT_SEED } from '../../defaults.ts';
import type { WorkspaceState } from '../../state.ts';
import { warnings } from '../../warnings.ts';
import { newDays } from '../days.ts';
import { rowsUntil } from '../pretraining/model.ts';
import { findProgressive, loadProgressive, type ProgressiveRows } from '../pretraining/progressive-rows.ts';
import { checkSurfaces, checkTasks, readRankingData } from '../read-data.ts';
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
  /** Mean loss of the last day that was learned. */
  loss: number | null;
  seconds: number;
  manifest: RankerManifest;
}

export async function rankTrain(
  state: WorkspaceState,
  options: RankTrainOptions,
  { progress, signal, warn }: RunContext,
): Promise<RankTrainResult> {
  const { fresh = false, seed = DEFAULT_SEED, threads } = options;
  checkOptions({ seed, threads });
  const started = performance.now();
  const deletions = await state.store.deletions();
  const data = await readRankingData(state);
  const { log } = data;
  const newest = fresh ? undefined : await continuedFrom<RankerManifest>(state, rankers(state));
  // A training that starts anew is of the same outcomes and surfaces, unless others are named.
  const before = newest ?? (await newestLearned<RankerManifest>(rankers(state)));
  const tasks = options.outcomes ?? before?.manifest.tasks ?? [];
  const surfaces = options.surfaces ?? before?.manifest.surfaces ?? null;
  checkTasks(data, tasks);
  checkSurfaces(data, surfaces ?? []);
  const known = await knowledgeOf(state, options.knowledge);
  const former = newest !== undefined && isSameForm(newest.manifest, tasks, surfaces, known) ? newest : undefined;
  const days = newDays(log, former?.manifest.seenUntil ?? Number.NEGATIVE_INFINITY);
  if (former !== undefined && days.length === 0 && former.manifest.knowledge?.version === known?.manifest.version)
    return {
      version: former.manifest.version,
      unchanged: true,
      learned: 0,
      withKnowledge: 0,
      loss: null,
      seconds: 0,
      manifest: former.manifest,
    };

  const length = SEQUENCE_LENGTH;
  const behaviours = createBehaviours(length);
  if (former !== undefined) recordRows(behaviours, log, rowsUntil(data, former.manifest.seenUntil));
  const ranker =
    former === undefined
      ? await createImpressionRanker({ tasks, entities: data, behaviours, seed, threads })
      : await openImpressionRanker({ state: await loadNetwork(former.directory), entities: data, behaviours, threads });
  try {
    const plugs = known === undefined ? [] : tasks.map((_, t) => `knowledge-${t + 1}`);
    if (former === undefined && known !== undefined)
      for (const [t, name] of plugs.entries())
        await ranker.plug({ name, width: known.rows.width, layer: `${tasks[t].outcome}/out` });
    const found = known && findProgressive(log, known.rows);
    const wanted = surfaces && new Set(surfaces.map((surface) => log.surfaceNames.indexOf(surface)));
    const total = days.reduce((sum, rows) => sum + rows.length, 0);
    let done = 0;
    let learned = 0;
    let withKnowledge = 0;
    let loss: number | null = null;
    for (const day of days) {
      signal?.throwIfAborted();
      const own = wanted === null ? day : day.filter((row) => wanted.has(log.surfaces[row]));
      for (const rows of known === undefined ? [own] : byState(own, found!, known.rows)) {
        if (rows.length === 0) continue;
        const plugged = known && pluggedRows(data, rows, found!, known.rows, plugs);
        withKnowledge += plugged?.present ?? 0;
        loss = (await ranker.train(plugged?.rows ?? { columns: log, rows })).loss;
      }
      learned += own.length;
      recordRows(behaviours, log, day);
      done += day.length;
      progress?.({ stage: 'train', done, total, unit: 'impressions' });
    }
    if (known !== undefined && learned > 0 && withKnowledge < MOST * learned)
      warn?.(warnings.KNOWLEDGE_BEHIND(learned - withKnowledge, learned));
    const manifest = await saveLearned<RankerManifest>(state, rankers(state), ranker.state(), {
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
    });
    const { version, seconds } = manifest;
    return { version, unchanged: false, learned, withKnowledge, loss, seconds, manifest };
  } finally {
    await ranker.close();
  }
}

/** A smaller share of rows with knowledge than this is worth a warning. */
const MOST = 0.9;

/** The pre-trained version whose rows the ranker reads. */
async function knowledgeOf(state: WorkspaceState, wanted: string | false | undefined) {
  if (wanted === false) return undefined;
  if (wanted === undefined && (await currentVersion(knowledgeModels(state))) === undefined) return undefined;
  const directory = await knowledgeDir(state, wanted);
  return { manifest: await readLearned<KnowledgeManifest>(directory), rows: await loadProgressive(directory) };
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

/** Rows of a day, apart by what the model of stage 1 had learned when it said what it knows of them. */
function byState(rows: Int32Array, found: Int32Array, { seenUntil }: ProgressiveRows): Int32Array[] {
  const parts: number[][] = [];
  let last = Number.NaN;
  for (const row of rows) {
    const own = found[row] < 0 ? last : seenUntil[found[row]];
    if (parts.length === 0 || (own !== last && !Number.isNaN(last))) parts.push([]);
    parts[parts.length - 1].push(row);
    last = own;
  }
  return parts.map((part) => Int32Array.from(part));
}

function pluggedRows(
  { log }: RankingData,
  rows: Int32Array,
  found: Int32Array,
  { width, values, seenUntil }: ProgressiveRows,
  plugs: readonly string[],
): { rows: RankingRows; present: number } {
  const knowledge: RowKnowledge = {
    width,
    values: new Float32Array(rows.length * width),
    present: new Uint8Array(rows.length),
    seenUntil: Number.NEGATIVE_INFINITY,
  };
  let present = 0;
  for (const [i, row] of rows.entries()) {
    const at = found[row];
    if (at < 0) continue;
    knowledge.values.set(values.subarray(at * width, (at + 1) * width), i * width);
    knowledge.present[i] = 1;
    knowledge.seenUntil = Math.max(knowledge.seenUntil, seenUntil[at]);
    present++;
  }
  return {
    rows: { columns: log, rows, knowledge: Object.fromEntries(plugs.map((plug) => [plug, knowledge])) },
    present,
  };
}
