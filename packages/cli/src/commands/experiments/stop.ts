/** `lorekeep experiments stop` */
import type { CommandContext } from '../../context.ts';
import { experimentsOf, lineOf } from './experiments-of.ts';

export async function experimentsStopCommand(context: CommandContext, name: string): Promise<void> {
  const experiment = await experimentsOf(context).stop(name);
  context.output.result({ experiment }, lineOf(experiment));
}
