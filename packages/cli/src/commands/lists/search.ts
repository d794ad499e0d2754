/** `lorekeep search` */
import type { CommandContext } from '../../context.ts';
import { withEngine } from '../../engine.ts';
import { type ListCommandOptions, listRequestOf } from '../../options/list-options.ts';
import { listText } from './list-text.ts';

export interface SearchCommandOptions extends ListCommandOptions {
  user?: string;
  history?: string[];
}

export async function searchCommand(
  context: CommandContext,
  query: string,
  options: SearchCommandOptions,
): Promise<void> {
  const { user, history } = options;
  const result = await withEngine(context, options, (engine) =>
    engine.search({ query, user, history, ...listRequestOf(options) }),
  );
  context.output.result({ ...result }, listText(result));
}
