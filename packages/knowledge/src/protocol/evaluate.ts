/**
 * Does knowledge of the super-domain help a ranker? A ranker of one outcome on some surfaces is
 * trained and scored in frozen windows, without knowledge and with it, on the same rows and with the
 * same seeds. The knowledge of a window comes from a model that has learned from the windows before
 * it, on all surfaces.
 */
import { optionErrors, type RunContext } from '@lorekeep/core';
import {
  createBehaviours,
  createImpressionRanker,
  frozenWindows,
  type RankerOptions,
  type RankingData,
  type RankingTask,
  type RowKnowledge,
  recordRows,
  type WindowOptions,
} from '@lorekeep/ranking';
import { extractKnowledge, type KnowledgePart } from '../pretraining/extract.ts';
import {
  createSuperDomain,
  progressiveWindows,
  SEQUENCE_LENGTH,
  type SuperDomainOptions,
} from '../pretraining/super-domain.ts';
import { type MethodRuns, type RankEvaluation, rankEvaluation } from './measure.ts';

export interface RankEvaluationOptions extends WindowOptions, RunContext {
  data: RankingData;
  /** What the ranker predicts. */
  task: RankingTask;
  /** Names of the surfaces on which it ranks. Default: all. */
  surfaces?: readonly string[];
  /** Share of the rows on which the ranker may train, chosen evenly. Above 0, at most 1. Default 1. */
  share?: number;
  /** Windows at the start that are trained on and not scored. At least 1. Default 2, or 1 of two windows. */
  warmUp?: number;
  /** One run of ranker and model per seed. At least one. Default [42, 43, 44]. */
  seeds?: readonly number[];
  /** Settings of the ranker. Default: those of `rankerConfig`. */
  ranker?: Partial<Omit<RankerOptions, 'tasks' | 'seed'>>;
  /** Settings of stage 1; `false` evaluates the ranker alone. */
  superDomain?: false | Partial<Omit<SuperDomainOptions, 'entities' | 'seed'>>;
  /**
   * Knowledge that takes the place of stage 1: what a finished model says of the rows of a window. It
   * must not have learned from them; a rejection ends the evaluation. Default: stage 1 is trained here.
   */
  knowledge?: (window: AskedWindow) => Promise<RowKnowledge>;
  /** Days before the first window from which stage 1 learns. At least 0. Default: all. */
  historyDays?: number;
  /** Parts of K. Default `['served']`: what the General Knowledge Center serves. */
  parts?: readonly KnowledgePart[];
  /** The dense layer that K is added to. Default `OUTCOME/out`. */
  layer?: string;
  /** Behaviours per sequence. 1 to 1,000. Default 50. */
  length?: number;
  /** Default 1. */
  threads?: number;
}

/** A window whose knowledge is asked for. */
export interface AskedWindow {
  index: number;
  /** Unix seconds. */
  start: number;
  /** Rows of the log. */
  rows: Int32Array;
  /** Whether the rows are scored before they are learned. */
  isScored: boolean;
}

/** The plug-in's name in evaluations. */
const PLUG = 'knowledge';

/**
 * @throws LorekeepError `RANKING_TOO_SHORT`, `RANKING_TASK_UNKNOWN`, `OPTION_INVALID`
 */
export async function evaluateRanking(options: RankEvaluationOptions): Promise<RankEvaluation> {
  const { data, task, seeds = [42, 43, 44], superDomain = {}, parts = ['served'], length = SEQUENCE_LENGTH } = options;
  const { log } = data;
  const split = frozenWindows(log, options);
  const warmUp = options.warmUp ?? Math.min(2, split.windows.length - 1);
  check(
    'warmUp',
    warmUp,
    Number.isInteger(warmUp) && warmUp >= 1 && warmUp < split.windows.length,
    `a whole number from 1 to ${split.windows.length - 1}`,
  );
  check(
    'seeds',
    seeds,
    seeds.length > 0 && new Set(seeds).size === seeds.length,
    'one number or more, none of them twice',
  );
  const { share = 1 } = options;
  check('share', share, share > 0 && share <= 1, 'a number above 0 and up to 1');
  const { historyDays = Number.POSITIVE_INFINITY } = options;
  check('historyDays', historyDays, historyDays >= 0, 'a number of at least 0');
  const oldest = split.windows[0].start - historyDays * 86_400;
  const learned = split.history.filter((row) => log.timestamps[row] >= oldest);
  const isTarget = targetRows(data, options.surfaces);
  const trains = (row: number) => (Math.imul(row + 1, 0x9e3779b1) >>> 0) / 2 ** 32 < share;
  const scored = split.windows.slice(warmUp);
  const rows = Int32Array.from(scored.flatMap(({ rows }) => Array.from(rows.filter(isTarget))));
  const windowOf = Int32Array.from(
    scored.flatMap(({ rows }, w) => Array.from(rows.filter(isTarget), () => warmUp + w)),
  );
  const trainsStageOne = superDomain !== false && options.knowledge === undefined;
  const runs: MethodRuns = {
    base: [],
    ...(superDomain === false ? {} : { knowledge: [] }),
    ...(trainsStageOne ? { stage1: [] } : {}),
  };
  const given = options.knowledge && (await knowledgeGiven(options.knowledge));

  for (const seed of seeds) {
    options.signal?.throwIfAborted();
    const trained = trainsStageOne ? await knowledgeOfWindows(seed) : undefined;
    const known = superDomain === false ? undefined : (given ?? trained?.windows);
    runs.base.push(await run(seed));
    if (known !== undefined) runs.knowledge!.push(await run(seed, known));
    if (trained !== undefined) runs.stage1!.push(trained.logits);
  }
  return rankEvaluation({ data, task, rows, windowOf, runs, history: split.history });

  async function knowledgeGiven(ask: NonNullable<RankEvaluationOptions['knowledge']>): Promise<RowKnowledge[]> {
    const windows: RowKnowledge[] = [];
    for (const [index, { start, rows }] of split.windows.entries())
      windows.push(await ask({ index, start, rows: rows.filter(isTarget), isScored: index >= warmUp }));
    return windows;
  }

  /** Progressive knowledge of the target's rows of each window, and stage 1's own logits of the scored ones. */
  async function knowledgeOfWindows(seed: number) {
    const chosen = superDomain === false ? undefined : superDomain.tasks;
    const tasks = chosen ?? superTasks(data, task);
    const model = await createSuperDomain({
      length,
      threads: options.threads,
      ...superDomain,
      tasks,
      entities: data,
      seed,
    });
    const at = tasks.findIndex(({ outcome }) => outcome === task.outcome);
    const windows: RowKnowledge[] = [];
    const logits: number[] = [];
    try {
      for await (const window of progressiveWindows(model, log, { ...split, history: learned }, options)) {
        const own = { columns: log, rows: window.rows.filter(isTarget) };
        const { start } = split.windows[window.index];
        windows.push(await extractKnowledge(model.ranker, own, { parts, now: start, entities: data }));
        if (window.index < warmUp) continue;
        const found = (await model.ranker.score(own)).logits;
        for (let i = 0; i < own.rows.length; i++) logits.push(found[i * tasks.length + Math.max(0, at)]);
      }
    } finally {
      await model.close();
    }
    return { windows, logits: Float32Array.from(logits) };
  }

  /** Scores of the rows, with or without knowledge. */
  async function run(seed: number, knowledge?: RowKnowledge[]): Promise<Float32Array> {
    const behaviours = createBehaviours(length);
    recordRows(behaviours, log, split.history);
    const ranker = await createImpressionRanker({
      ...options.ranker,
      tasks: [task],
      entities: data,
      behaviours,
      seed,
      threads: options.threads,
    });
    try {
      if (knowledge !== undefined)
        await ranker.plug({ name: PLUG, width: knowledge[0].width, layer: options.layer ?? `${task.outcome}/out` });
      const logits: number[] = [];
      for (const [w, window] of split.windows.entries()) {
        options.signal?.throwIfAborted();
        const own = window.rows.filter(isTarget);
        if (w >= warmUp) logits.push(...(await ranker.score(plugged(own, own, knowledge?.[w]))).logits);
        for (const day of window.days) {
          const part = day.filter((row) => isTarget(row) && trains(row));
          if (part.length > 0) await ranker.train(plugged(part, own, knowledge?.[w]));
        }
        recordRows(behaviours, log, window.rows);
        options.progress?.({ stage: 'ranking', done: w + 1, total: split.windows.length, unit: 'windows' });
      }
      return Float32Array.from(logits);
    } finally {
      await ranker.close();
    }
  }

  /** Rows with the knowledge of them, which is given for the rows of their window. */
  function plugged(part: Int32Array, own: Int32Array, knowledge?: RowKnowledge) {
    if (knowledge === undefined) return { columns: log, rows: part };
    return { columns: log, rows: part, knowledge: { [PLUG]: chosenKnowledge(knowledge, own, part) } };
  }
}

/** The knowledge of some of the rows; both row lists ascend. */
function chosenKnowledge(knowledge: RowKnowledge, rows: Int32Array, part: Int32Array): RowKnowledge {
  const { width, values, present } = knowledge;
  const chosen = new Float32Array(part.length * width);
  const isThere = new Uint8Array(part.length);
  let at = 0;
  for (let i = 0; i < part.length; i++) {
    while (rows[at] < part[i]) at++;
    chosen.set(values.subarray(at * width, (at + 1) * width), i * width);
    isThere[i] = present[at];
  }
  return { ...knowledge, values: chosen, present: isThere };
}

/** The tasks of stage 1 without a choice: the task, and the other outcomes that are frequent enough to learn from. */
function superTasks({ log }: RankingData, task: RankingTask): RankingTask[] {
  const counts = log.outcomeNames.map(() => 0);
  for (const mask of log.outcomes) for (let bit = 0; bit < counts.length; bit++) counts[bit] += (mask >>> bit) & 1;
  const frequent = log.outcomeNames.filter(
    (outcome, bit) => outcome !== task.outcome && counts[bit] >= MIN_SHARE * log.impressions,
  );
  return [task, ...frequent.map((outcome) => ({ outcome }))];
}

/** Outcomes of fewer impressions are no task of their own unless they are asked for. */
const MIN_SHARE = 0.05;

/** @throws LorekeepError `OPTION_INVALID` for a surface that the log does not have */
function targetRows({ log }: RankingData, surfaces?: readonly string[]): (row: number) => boolean {
  if (surfaces === undefined) return () => true;
  const wanted = new Set(
    surfaces.map((name) => {
      const at = log.surfaceNames.indexOf(name);
      check('surfaces', name, at >= 0, `some of ${log.surfaceNames.join(', ')}`);
      return at;
    }),
  );
  return (row) => wanted.has(log.surfaces[row]);
}

function check(name: string, value: unknown, fits: boolean, allowed: string): void {
  if (!fits) throw optionErrors.OPTION_INVALID({ name, value, allowed });
}
