/** `lorekeep similar` */
import type { CommandContext } from '../../context.ts';
import { withEngine } from '../../engine.ts';
import { type ListCommandOptions, listRequestOf } from '../../options/list-options.ts';
import { listText } from './list-text.ts';

export interface SimilarCommandOptions extends ListCommandOptions {
  item: string;
  by?: 'both' | 'behaviour' | 'content';
}

export async function similarCommand(context: CommandContext, options: SimilarCommandOptions): Promise<void> {
  const { item, by, explain } = options;
  const result = await withEngine(context, options, (engine) =>
    engine.similar(item, { by, explain, ...listRequestOf(options) }),
  );
  context.output.result({ ...result }, listText(result));
}
