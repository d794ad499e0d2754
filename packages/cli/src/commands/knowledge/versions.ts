/** `lorekeep knowledge versions` */
import { counted } from '@lorekeep/core';
import type { CommandContext } from '../../context.ts';
import { storePlace } from '../../paths.ts';
import { taskText } from '../rank/tasks.ts';

export interface KnowledgeVersionsCommandOptions {
  space?: string;
  store?: string;
}

export async function knowledgeVersionsCommand(
  { workspace, output }: CommandContext,
  { space, store }: KnowledgeVersionsCommandOptions,
): Promise<void> {
  const result = await workspace.knowledgeVersions({ space, store: storePlace(store) });
  const { models, published } = result;
  output.result(
    { ...result },
    [
      models.length === 0 ? 'Nothing is pre-trained.' : 'Pre-trained:',
      ...models.map(
        ({ version, tasks, impressions }) =>
          `  ${version}  ${counted(impressions, 'impression')}, ${tasks.map(taskText).join(', ')}`,
      ),
      published.length === 0
        ? `Nothing is published in the space ${result.space}.`
        : `Published in the space ${result.space}:`,
      ...published.map(
        ({ version, entries, precision, alignment }) =>
          `  ${version}  ${counted(entries.user, 'user')}, ${counted(entries.item, 'item')}, ${precision}${alignment === undefined ? '' : `, aligned to ${alignment.to}`}`,
      ),
    ].join('\n'),
  );
}
