/** The sections of the report about rankers. */
import { render } from '../charts.ts';
import { escaped, section, table } from '../html.ts';
import { type LiftPoint, liftBars, liftDots, liftGroups, liftLines, reliabilityCurves } from './charts.ts';
import type {
  Ablation,
  DataAmount,
  FigureSource,
  Lift,
  LiftTable,
  OutcomeComparison,
  Reliability,
  UserGroups,
  VersionSkew,
} from './data.ts';
import { columnsOf, liftTable } from './lift-table.ts';

const INTERVALS = 'Lines are 95 % intervals.';

const from = ({ data, kind }: FigureSource) => `<em>${escaped(data)}</em> (${kind})`;

/** What is measured, against what, on which data. */
const measured = (comparison: OutcomeComparison) =>
  `Difference in GAUC to <em>${escaped(comparison.base)}</em>, for ${escaped(comparison.outcome)} on ` +
  `${escaped(comparison.surface)}, on ${from(comparison)}. ${INTERVALS}`;

export async function liftSection(lifts: LiftTable): Promise<string> {
  const name = ({ surface, outcome }: { surface: string; outcome: string }) => `${surface}, ${outcome}`;
  const points = lifts.methods.flatMap((method) =>
    method.lifts.flatMap((lift) => pointsOf(method.name, lift).map((point) => ({ ...point, column: name(lift) }))),
  );
  return section(
    `Lift over ${lifts.base}`,
    `Difference in GAUC to <em>${escaped(lifts.base)}</em>, by surface and outcome, on ${from(lifts)}. Lines and the ` +
      'small figures are 95 % intervals. A figure is green or red if its interval is above or below 0.',
    await plot(points, () => liftDots(points, namesOf(lifts.methods), columnsOf(lifts).map(name))),
    liftTable(lifts),
  );
}

export async function ablationSection(ablation: Ablation): Promise<string> {
  const points = ablation.variants.flatMap((variant) => pointsOf(variant.name, variant));
  return section(
    'Parts of the knowledge',
    measured(ablation),
    await plot(points, () => liftBars(points, namesOf(ablation.variants))),
  );
}

export async function dataAmountSection({ methods, unit, ...comparison }: DataAmount): Promise<string> {
  const points = methods.flatMap((method) =>
    method.points.flatMap((lift) => pointsOf(method.name, lift).map((point) => ({ ...point, at: lift.amount }))),
  );
  const whole = points.every(({ at }) => Number.isInteger(at));
  return section(
    'Amount of data',
    measured(comparison),
    await plot(points, () => liftLines(points, namesOf(methods), unit, whole)),
  );
}

export async function userGroupsSection({ methods, dividedBy, ...comparison }: UserGroups): Promise<string> {
  const label = ({ group, rows }: { group: string; rows?: number }) =>
    rows === undefined ? group : `${group} (${rows.toLocaleString('en-US')})`;
  // Methods may have been measured on different groups, and on different rows of a group.
  const labels = new Map<string, string>();
  for (const method of methods)
    for (const group of method.groups) if (!labels.has(group.group)) labels.set(group.group, label(group));
  const points = methods.flatMap((method) =>
    method.groups.flatMap((lift) =>
      pointsOf(method.name, lift).map((point) => ({ ...point, at: labels.get(lift.group) as string })),
    ),
  );
  return section(
    'Groups of users',
    `${measured(comparison)} Users by ${escaped(dividedBy)}; the number of rows is in brackets.`,
    await plot(points, () => liftGroups(points, namesOf(methods), [...labels.values()], dividedBy)),
  );
}

export async function reliabilitySection({ methods, outcome, surface, ...source }: Reliability): Promise<string> {
  const points = methods.flatMap(({ name, bins }) =>
    bins.map(({ prediction, rate, interval: [low, high] = [rate, rate] }) => ({
      series: name,
      prediction,
      rate,
      low,
      high,
    })),
  );
  const figures = (value: number | undefined) => value?.toFixed(4) ?? '–';
  return section(
    'Reliability',
    `Rate of ${escaped(outcome)} on ${escaped(surface)} against its prediction, in bins, on ${from(source)}. On the ` +
      `broken line predictions come true. ${INTERVALS}`,
    await plot(points, () => reliabilityCurves(points, namesOf(methods))),
    table(
      ['', 'expected calibration error', 'predicted / observed', 'log loss', 'normalised entropy'],
      methods.map(({ name, expectedCalibrationError, predictedToObserved, logLoss, normalisedEntropy }) => [
        name,
        ...[expectedCalibrationError, predictedToObserved, logLoss, normalisedEntropy].map(figures),
      ]),
    ),
  );
}

export async function versionSkewSection({ methods, ...comparison }: VersionSkew): Promise<string> {
  const points = methods.flatMap((method) =>
    method.points.flatMap((lift) =>
      pointsOf(method.name, lift).map((point) => ({ ...point, at: lift.versionsBehind })),
    ),
  );
  return section(
    'Older versions of the knowledge',
    `A ranker is served knowledge that is some versions older than that of its training. ${measured(comparison)} ` +
      `Below the broken line the ranker is worse than <em>${escaped(comparison.base)}</em> without knowledge.`,
    await plot(points, () => liftLines(points, namesOf(methods), 'versions behind', true)),
  );
}

export function notesSection(notes: readonly string[]): string {
  const [first, ...rest] = notes;
  return section('Notes', escaped(first), ...rest.map((note) => `<p>${escaped(note)}</p>`));
}

const namesOf = (all: readonly { name: string }[]) => all.map(({ name }) => name);

/** No point for a lift that is not a number: a metric of rows with one class. */
function pointsOf(series: string, { difference, interval }: Lift): LiftPoint[] {
  if (!Number.isFinite(difference)) return [];
  const [low, high] = interval?.every(Number.isFinite) ? interval : [difference, difference];
  return [{ series, value: difference, low, high }];
}

/** Vega draws axes around nothing; a sentence is clearer. */
async function plot(points: readonly unknown[], spec: () => Parameters<typeof render>[0]): Promise<string> {
  return points.length === 0 ? '<p>Nothing was measured.</p>' : render(spec());
}
