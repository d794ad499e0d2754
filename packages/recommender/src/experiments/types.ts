/** Experiments, their results, and outcomes of lists, as types. The schemas accept exactly these. */
import type { Comparison, Decision, GuardrailResult, Ratio, SampleRatio } from '@lorekeep/experiments';

export type OutcomeMetric = 'ctr' | 'cvr' | 'value';

/** A share of the users gets the lists of one scenario version. */
export interface ExperimentArm {
  /** A version of a scenario: `home@2`. */
  scenario: string;
  /** Share of the users, in any unit. Default 1. */
  weight?: number;
}

export interface ExperimentSettings {
  /** Requests that name this scenario without a version, and a user, take part. */
  scenario: string;
  /** 2 to 10, each once. The first is the control. */
  arms: ExperimentArm[];
  /**
   * What decides. `'ctr'`: lists with a click. `'cvr'`: users who buy after their first list.
   * `'value'`: what they pay, a user, by the prices of the items. Default `'ctr'`.
   */
  metric?: OutcomeMetric;
  /** Types of events that are clicks; they must name the `request`. Default `['click']`. */
  clicks?: string[];
  /** Types of events that are purchases. Default `['purchase']`. */
  conversions?: string[];
  /** How often arms without a difference may be told apart, over all looks. Default .05. */
  alpha?: number;
  /** Lists of two arms at which the intervals are to be narrowest. Default 20,000. */
  planned?: number;
  /** Differences of the metric below this do not matter. Default 0: all do. */
  minimalEffect?: number;
}

export interface Experiment {
  name: string;
  /** New with each start: users are split anew. */
  id: string;
  settings: Required<Omit<ExperimentSettings, 'arms'>> & { arms: Required<ExperimentArm>[] };
  /** Unix seconds. */
  startedAt: number;
  /** Absent while it runs. */
  stoppedAt?: number;
}

/** Figures of an arm. */
export interface ArmResults {
  arm: string;
  users: number;
  lists: number;
  ctr: Ratio;
  cvr: Ratio;
  value: Ratio;
  /** Lists without items. */
  empty: Ratio;
  /** Lists that failed. */
  failed: Ratio;
  /** Milliseconds. `null` without lists. */
  latency: { mean: number; p95: number } | null;
}

/** An arm beside the control. Intervals hold at all looks together; absent where there is too little. */
export interface ArmDifference {
  arm: string;
  ctr?: Comparison;
  cvr?: Comparison;
  value?: Comparison;
  guardrails: GuardrailResult[];
}

export interface ExperimentResults {
  experiment: Experiment;
  /** Unix seconds. */
  at: number;
  /** The first list that is counted; `null` without lists. */
  since: number | null;
  lists: number;
  arms: ArmResults[];
  comparisons: ArmDifference[];
  sampleRatio: SampleRatio;
  decision: Decision;
  /** Purchases of items without a price: they count 0. */
  withoutPrice: number;
}

/** Lists of one scenario version, publication and surface. */
export interface OutcomeRow {
  /** `null` for lists without a scenario. */
  scenario: string | null;
  version: string;
  surface: string | null;
  /** From 0; `null` for the lists as a whole. */
  position: number | null;
  users: number;
  /** Lists that had this position. */
  shown: number;
  /** Share with a click, with a purchase; value per list. By events that name the `request`. */
  ctr: Ratio;
  cvr: Ratio;
  value: Ratio;
}

export interface Outcomes {
  at: number;
  since: number | null;
  lists: number;
  rows: OutcomeRow[];
}
