/** `lorekeep recommend` */
import type { Recommendations } from '@lorekeep/recommender';
import { workspaceErrors } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { withEngine } from '../engine.ts';
import { table } from '../terminal.ts';

export interface RecommendCommandOptions {
  user?: string;
  history?: string[];
  exclude?: string[];
  k: number;
  threads?: number;
}

export async function recommendCommand(context: CommandContext, options: RecommendCommandOptions): Promise<void> {
  const { user, history, exclude, k } = options;
  if ((user === undefined) === (history === undefined)) {
    const example = user ?? (await someUser(context));
    throw workspaceErrors.OPTIONS_CONFLICT({ options: ['--user', '--history'], example });
  }
  const result = await withEngine(context, options, (engine) =>
    engine.recommend({ user, history, exclude, k, withItems: true }),
  );
  context.output.result({ ...result }, recommendationsText(result));
}

/** Reading a longer log to name one user takes too long. */
const MAX_EVENTS = 1_000_000;

async function someUser({ workspace: { store } }: CommandContext): Promise<string | undefined> {
  if ((await store.counts()).events > MAX_EVENTS) return undefined;
  const { userIds } = await store.interactionLog();
  return userIds[0];
}

export function recommendationsText({ items, source, unknownItems }: Recommendations): string {
  const lines: string[] = [];
  if (source === 'popularity' && items.length > 0) lines.push('No usable history: these are the most popular items.');
  if (source === 'newest') lines.push('No usable history, and no events: these are the newest items.');
  if (unknownItems.length > 0) lines.push(`Ignored because they are not in the catalogue: ${unknownItems.join(', ')}`);
  if (items.length === 0) lines.push('No item is left to recommend.');
  else {
    const rows = items.map(({ id, score, item }, at) => [`${at + 1}. ${item?.title ?? id}`, id, score.toFixed(4)]);
    lines.push(table(rows));
  }
  return lines.join('\n');
}
