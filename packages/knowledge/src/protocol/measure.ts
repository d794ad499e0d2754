/** The figures of an evaluation of rankers: every method on the same rows. */
import {
  auc,
  type Calibration,
  calibration,
  gauc,
  groupsOf,
  logLoss,
  type PairedGauc,
  pairedGauc,
  type RankingData,
  type RankingTask,
  slicesByCount,
} from '@lorekeep/ranking';

/** Scores of each run, in the order of the rows. */
export interface MethodRuns {
  base: Float32Array[];
  knowledge?: Float32Array[];
  stage1?: Float32Array[];
}

/** Means over runs. */
export interface MethodFigures {
  /** Weighted by impressions; a group is a user on a surface in a window. */
  gauc: number;
  auc: number;
  /** Per impression, in nats. */
  logLoss: number;
  /** Of the first run. */
  calibration: Calibration;
}

export interface RankEvaluation {
  outcome: string;
  /** Rows that were scored. */
  rows: number;
  /** Share of them with the outcome. */
  rate: number;
  runs: number;
  methods: Partial<Record<keyof MethodRuns, MethodFigures>>;
  /** Differences to the base, in GAUC. */
  lifts: Partial<Record<'knowledge' | 'stage1', PairedGauc>>;
  /** Of the knowledge, by surface. */
  bySurface: Record<string, PairedGauc>;
  /** Of the knowledge, by number of impressions that the user had before the first scored window. */
  byHistory: Record<string, PairedGauc>;
  byWindow: Record<string, PairedGauc>;
}

/** Bounds of the groups of users. */
const HISTORY_BOUNDS = [0, 10, 20, 30, 50];

export function rankEvaluation({
  data: { log },
  task: { outcome },
  rows,
  windowOf,
  runs,
  history,
}: {
  data: RankingData;
  task: RankingTask;
  rows: Int32Array;
  windowOf: Int32Array;
  runs: MethodRuns;
  history: Int32Array;
}): RankEvaluation {
  const bit = log.outcomeNames.indexOf(outcome);
  const labels = Uint8Array.from(rows, (row) => (log.outcomes[row] >>> bit) & 1);
  const users = rows.map((row) => log.users[row]);
  const surfaces = rows.map((row) => log.surfaces[row]);
  const { groups } = groupsOf({ users, surfaces, windows: windowOf });
  const shown = new Int32Array(log.userIds.length);
  for (const row of history) shown[log.users[row]]++;
  const { base } = runs;
  const figures = (scores: Float32Array[]): MethodFigures => {
    const mean = (of: (own: Float32Array) => number) => scores.reduce((sum, own) => sum + of(own) / scores.length, 0);
    return {
      gauc: mean((own) => gauc(own, labels, groups).value),
      auc: mean((own) => auc(own, labels)),
      logLoss: mean((own) => logLoss(own, labels, { as: 'logits' }).value),
      calibration: calibration(scores[0], labels, { as: 'logits' }),
    };
  };
  const difference = (scores: Float32Array[], chosen?: Uint8Array | Int32Array) =>
    pairedGauc(scores, base, { labels, groups, users }, chosen && { rows: chosen });
  const slices = (masks: Record<string, Uint8Array | Int32Array>) =>
    Object.fromEntries(
      Object.entries(runs.knowledge ? masks : {}).map(([name, mask]) => [name, difference(runs.knowledge!, mask)]),
    );
  const where = (fits: (at: number) => boolean) => Uint8Array.from(rows, (_, at) => Number(fits(at)));
  return {
    outcome,
    rows: rows.length,
    rate: labels.reduce((sum, label) => sum + label, 0) / Math.max(1, rows.length),
    runs: base.length,
    methods: Object.fromEntries(Object.entries(runs).map(([name, scores]) => [name, figures(scores)])),
    lifts: {
      ...(runs.knowledge && { knowledge: difference(runs.knowledge) }),
      ...(runs.stage1 && { stage1: difference(runs.stage1) }),
    },
    bySurface: slices(
      Object.fromEntries(
        [...new Set(surfaces)].map((surface) => [
          log.surfaceNames[surface] ?? '',
          where((at) => surfaces[at] === surface),
        ]),
      ),
    ),
    byHistory: slices(
      Object.fromEntries(
        slicesByCount(
          users.map((user) => shown[user]),
          HISTORY_BOUNDS,
        ).map(({ name, rows: chosen }) => [name, chosen]),
      ),
    ),
    byWindow: slices(
      Object.fromEntries(
        [...new Set(windowOf)].map((window) => [String(window), where((at) => windowOf[at] === window)]),
      ),
    ),
  };
}
