/**
 * What a report about rankers shows: plain data, every part optional. A difference with its interval
 * is what `pairedGauc` of `@lorekeep/ranking` returns, and the bins of a reliability curve are those
 * of its `calibration`.
 */

/** Where the figures come from. It stands beside every table and plot. */
export interface FigureSource {
  /** The name of the data, with the part that was used: `KuaiRand-Pure, 29 April to 6 May`. */
  data: string;
  kind: 'real log' | 'simulated';
}

/** A difference in GAUC to the base ranker. */
export interface Lift {
  difference: number;
  /** 95 %. Absent if it was not estimated. */
  interval?: readonly [low: number, high: number];
}

/** What was compared, and where. */
export interface Comparison extends FigureSource {
  /** The ranker that all others are compared with: `DIN, tuned`. */
  base: string;
}

/** A comparison of one outcome on one surface. */
export interface OutcomeComparison extends Comparison {
  /** What is predicted: `click`, `long view`. */
  outcome: string;
  /** Where it was shown: `tab 1`, `all surfaces`. */
  surface: string;
}

/** Methods by outcome and surface. */
export interface LiftTable extends Comparison {
  /**
   * In the order of their rows. The first is the one that the report is about, and is shown bold.
   */
  methods: readonly { name: string; lifts: readonly (Lift & { outcome: string; surface: string })[] }[];
  /** The GAUC of the base itself. */
  baseValues?: readonly { outcome: string; surface: string; value: number }[];
}

/** The lift with some parts of the knowledge: K_u, + K_i, + K_ui. */
export interface Ablation extends OutcomeComparison {
  variants: readonly (Lift & { name: string })[];
}

/** The lift against the amount of data that the knowledge was trained on. */
export interface DataAmount extends OutcomeComparison {
  /** The name of the amount: `days of the super-domain`. */
  unit: string;
  methods: readonly { name: string; points: readonly (Lift & { amount: number })[] }[];
}

/** The lift in groups of users, such as by the length of their histories. */
export interface UserGroups extends OutcomeComparison {
  /** What divides the users: `events in the history`. */
  dividedBy: string;
  methods: readonly { name: string; groups: readonly (Lift & { group: string; rows?: number })[] }[];
}

/** Predictions against what happened. */
export interface Reliability extends FigureSource {
  outcome: string;
  surface: string;
  methods: readonly {
    name: string;
    /** In ascending order of predictions. */
    bins: readonly {
      prediction: number;
      rate: number;
      interval?: readonly [low: number, high: number];
      rows: number;
    }[];
    expectedCalibrationError?: number;
    predictedToObserved?: number;
    logLoss?: number;
    normalisedEntropy?: number;
  }[];
}

/**
 * The lift of a ranker that is served another version of the knowledge than it was trained with.
 */
export interface VersionSkew extends OutcomeComparison {
  /** How the other version is served: `as it is`, `aligned`. */
  methods: readonly { name: string; points: readonly (Lift & { /** 0 is the same. */ versionsBehind: number })[] }[];
}

export interface RankingReportData {
  title: string;
  /** Name and value, shown at the top: version, windows, seeds, … */
  facts?: readonly (readonly [name: string, value: string])[];
  lifts?: readonly LiftTable[];
  ablations?: readonly Ablation[];
  dataAmounts?: readonly DataAmount[];
  userGroups?: readonly UserGroups[];
  reliability?: readonly Reliability[];
  versionSkews?: readonly VersionSkew[];
  /** What a reader must know beside the figures, one paragraph each. */
  notes?: readonly string[];
}
