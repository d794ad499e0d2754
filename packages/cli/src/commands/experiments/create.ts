/** `lorekeep experiments create` */
import type { CommandContext } from '../../context.ts';
import type { ExperimentOptions } from '../../options/experiment-options.ts';
import { experimentsOf, lineOf } from './experiments-of.ts';

export async function experimentsCreateCommand(
  context: CommandContext,
  name: string,
  { scenario, arm, metric, clicks, conversions, alpha, planned, minimalEffect }: ExperimentOptions,
): Promise<void> {
  const arms = arm.map((text) => {
    const [version, weight] = text.split('=');
    return { scenario: version, ...(weight === undefined ? {} : { weight: Number(weight) }) };
  });
  const settings = { scenario, arms, metric, clicks, conversions, alpha, planned, minimalEffect };
  const experiment = await experimentsOf(context).put(name, settings);
  context.output.result({ experiment }, lineOf(experiment));
}
