/** Whether knowledge of all surfaces helps a ranker of some: an evaluation of both on the stored log. */
import type { RunContext } from '@lorekeep/core';
import { evaluateRanking, type RankEvaluation, type RankEvaluationOptions } from '@lorekeep/knowledge';
import { checkOptions } from '../../check-options.ts';
import type { WorkspaceState } from '../../state.ts';
import { checkSurfaces, checkTasks, outcomeCounts, readRankingData } from '../log/read-data.ts';
import { withPublished } from './published-knowledge.ts';

/** What is ranked, and how the log is cut. */
export interface RankEvaluateOptions {
  /** What is predicted: a type of events that follow impressions, such as `'click'`. */
  outcome: string;
  /** Only impressions with this outcome count: a purchase among clicks. Default: all impressions. */
  among?: string;
  /** Where the ranker ranks. Default: all surfaces. */
  surfaces?: readonly string[];
  /**
   * Share of the impressions on these surfaces that the ranker trains on, to see what knowledge gives
   * a ranker with little data. Above 0, at most 1. Default 1.
   */
  share?: number;
  /** Length of a window in days. Above 0. Default 2. */
  windowDays?: number;
  /** Unix seconds at which the first window starts; earlier impressions are history. Default: the first one. */
  start?: number;
  /** Windows at the start that are trained on and not scored. At least 1. Default 2, or 1 of two windows. */
  warmUp?: number;
  /** One run of everything per seed. Default `[42, 43, 44]`. */
  seeds?: readonly number[];
  /**
   * What is plugged in. `true`: knowledge of all surfaces that is pre-trained for each window. A
   * published version: its knowledge as it is served, with what it knew of each impression before it
   * learned from it where it has learned from it. `false` measures the ranker alone. Default true.
   */
  knowledge?: boolean | string;
  /** Where that version is: a folder, or the URL of a Redis. Default: `knowledge/centre` in the workspace. */
  store?: string;
  /** 1 to 256. Default 1: small graphs gain little from more. */
  threads?: number;
}

/** Figures of a ranker alone, with knowledge, and of stage 1 itself. */
export interface RankEvaluateResult extends RankEvaluation {
  surfaces: readonly string[] | null;
  share: number;
  windowDays: number;
  seeds: readonly number[];
  /** The published version that was plugged in; `null`: none, or one that was pre-trained for each window. */
  knowledge: string | null;
  /** Impressions of the whole log, and the seconds of its first and its last one. */
  log: { impressions: number; users: number; items: number; from: number; to: number };
  /** The workspace contains the simulated shop. */
  simulated: boolean;
  /** What a reader must know beside the figures. */
  notes: string[];
}

/** Fewer users than this with both outcomes: the interval is too narrow (measured in simulations). */
const MIN_USERS = 30;

export async function rankEvaluate(
  state: WorkspaceState,
  options: RankEvaluateOptions,
  context: RunContext,
): Promise<RankEvaluateResult> {
  const { outcome, among, surfaces, share = 1, windowDays = 2, start, warmUp, knowledge = true, threads } = options;
  const { seeds = [42, 43, 44] } = options;
  checkOptions({ threads });
  for (const seed of seeds) checkOptions({ seed });
  const data = await readRankingData(state);
  const task = { outcome, ...(among !== undefined && { among }) };
  const { log } = data;
  checkTasks({ ...log, outcomeCounts: outcomeCounts(log) }, outcome === '' ? [] : [task]);
  checkSurfaces(log, surfaces);
  const evaluate = (published?: RankEvaluationOptions['knowledge']) =>
    evaluateRanking({
      data,
      task,
      surfaces,
      share,
      days: windowDays,
      start,
      warmUp,
      seeds,
      threads,
      ...(knowledge === false && { superDomain: false as const }),
      knowledge: published,
      ...context,
    });
  const evaluation =
    typeof knowledge === 'string'
      ? await withPublished(state, data, knowledge, options.store, (published) => evaluate(published))
      : await evaluate();
  return {
    ...evaluation,
    surfaces: surfaces ?? null,
    share,
    windowDays,
    seeds,
    knowledge: typeof knowledge === 'string' ? knowledge : null,
    log: {
      impressions: log.impressions,
      users: log.userIds.length,
      items: log.itemIds.length,
      from: log.timestamps[0],
      to: log.timestamps[log.timestamps.length - 1],
    },
    simulated: (await state.store.imports()).some(({ files }) => files.join() === 'simulated'),
    notes: notesOf(evaluation),
  };
}

function notesOf({ lifts, runs }: RankEvaluation): string[] {
  const notes: string[] = [];
  const lift = lifts.knowledge;
  if (lift === undefined) return notes;
  if (!Number.isFinite(lift.difference))
    notes.push(
      'No user has both an impression with the outcome and one without it in the same window, so no lift can be measured.',
    );
  else if (lift.interval[0] <= 0 && lift.interval[1] >= 0)
    notes.push('The interval of the lift contains zero: this log does not show whether the knowledge helps.');
  if (lift.users < MIN_USERS)
    notes.push(`Only ${lift.users} users count, and the interval is too narrow with fewer than ${MIN_USERS}.`);
  if (runs === 1) notes.push('One seed only: how much the figures vary between trainings is not measured.');
  return notes;
}
