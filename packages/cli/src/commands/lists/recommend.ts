/** `lorekeep recommend` */
import { workspaceErrors } from '@lorekeep/workspace';
import type { CommandContext } from '../../context.ts';
import { withEngine } from '../../engine.ts';
import { type ListCommandOptions, listRequestOf } from '../../options/list-options.ts';
import { listText } from './list-text.ts';

export interface RecommendCommandOptions extends ListCommandOptions {
  user?: string;
  history?: string[];
}

export async function recommendCommand(context: CommandContext, options: RecommendCommandOptions): Promise<void> {
  const { user, history, explain } = options;
  if ((user === undefined) === (history === undefined)) {
    const example = user ?? (await someUser(context));
    throw workspaceErrors.OPTIONS_CONFLICT({ options: ['--user', '--history'], example });
  }
  const result = await withEngine(context, options, (engine) =>
    engine.recommend({ user, history, explain, ...listRequestOf(options) }),
  );
  context.output.result({ ...result }, listText(result));
}

/** Reading a longer log to name one user takes too long. */
const MAX_EVENTS = 1_000_000;

async function someUser({ workspace: { store } }: CommandContext): Promise<string | undefined> {
  if ((await store.counts()).events > MAX_EVENTS) return undefined;
  const { userIds } = await store.interactionLog();
  return userIds[0];
}
