/** `lorekeep experiments list` */
import type { CommandContext } from '../../context.ts';
import { experimentsOf, lineOf } from './experiments-of.ts';

export async function experimentsListCommand(context: CommandContext): Promise<void> {
  const experiments = await experimentsOf(context).list();
  const text = experiments.length === 0 ? 'There are no experiments yet.' : experiments.map(lineOf).join('\n');
  context.output.result({ experiments }, text);
}
