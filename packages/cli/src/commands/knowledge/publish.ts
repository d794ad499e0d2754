/** `lorekeep knowledge publish` */
import { counted } from '@lorekeep/core';
import type { KnowledgePublishOptions } from '@lorekeep/workspace';
import type { CommandContext } from '../../context.ts';
import { storePlace } from '../../paths.ts';
import { duration } from '../../terminal.ts';

export interface KnowledgePublishCommandOptions
  extends Pick<KnowledgePublishOptions, 'space' | 'precision' | 'threads'> {
  knowledge?: string;
  store?: string;
  /** A published version; true for the newest. */
  align?: string | true;
  /** 0: no entries by user and category. */
  categoriesPerUser?: number;
  categoryHalfLife?: number;
}

export async function knowledgePublishCommand(
  { workspace, output, run }: CommandContext,
  {
    knowledge: version,
    store,
    align,
    categoriesPerUser: perUser,
    categoryHalfLife: halfLifeDays,
    ...options
  }: KnowledgePublishCommandOptions,
): Promise<void> {
  const result = await workspace.knowledgePublish(
    {
      version,
      store: storePlace(store),
      align: typeof align === 'string' ? { to: align } : align,
      userCategories: perUser === 0 ? false : { perUser, halfLifeDays },
      ...options,
    },
    run,
  );
  const { published, unchanged, space, seconds } = result;
  const { entries, alignment } = published;
  output.result(
    { ...result },
    unchanged
      ? `The space ${space} has version ${published.version} already, nothing to do.`
      : [
          `Published version ${published.version} of the space ${space} in ${duration(seconds)}: ${counted(entries.user, 'user')}, ${counted(entries.item, 'item')}${pairsText(entries.userCategory)}.`,
          ...(alignment === undefined
            ? []
            : [`It is aligned to ${alignment.to} with a residual of ${alignment.residual.toFixed(4)}.`]),
        ].join('\n'),
  );
}

const pairsText = (pairs: number) => (pairs === 0 ? '' : `, ${counted(pairs, 'pair')} of user and category`);
