/** `lorekeep experiments results` */
import { type ArmResults, type ExperimentResults, experimentResults } from '@lorekeep/recommender';
import type { CommandContext } from '../../context.ts';
import { table } from '../../terminal.ts';
import { experimentsOf } from './experiments-of.ts';

export async function experimentsResultsCommand(context: CommandContext, name: string): Promise<void> {
  const experiment = await experimentsOf(context).get(name);
  const results = await experimentResults(context.workspace.store, experiment);
  context.output.result({ ...results }, textOf(results));
}

function textOf({ experiment, arms, comparisons, decision }: ExperimentResults): string {
  const { metric } = experiment.settings;
  const head = ['arm', 'users', 'lists', 'CTR', 'CVR', 'value', 'ms', `${metric} − control`];
  const rows = arms.map((arm) => {
    const difference = comparisons.find((one) => one.arm === arm.arm)?.[metric];
    return [
      arm.arm,
      String(arm.users),
      String(arm.lists),
      ...(['ctr', 'cvr', 'value'] as const).map((name) => ratioText(arm[name])),
      arm.latency === null ? '–' : arm.latency.mean.toFixed(1),
      difference === undefined ? '–' : rangeText(difference.difference, difference.interval),
    ];
  });
  return `${table([head, ...rows])}\n${decision.action}: ${decision.text}`;
}

const ratioText = ({ value, interval }: ArmResults['ctr']) => (value === null ? '–' : rangeText(value, interval));
const rangeText = (value: number, interval: [number, number] | null) =>
  interval === null ? short(value) : `${short(value)} [${interval.map(short).join(', ')}]`;
const short = (value: number) => Number(value.toPrecision(3)).toString();
