/** `lorekeep knowledge get` */
import type { KnowledgeAnswer } from '@lorekeep/recommender';
import type { CommandContext } from '../../context.ts';
import { storePlace } from '../../paths.ts';
import { table } from '../../terminal.ts';

export interface KnowledgeGetCommandOptions {
  user: string[];
  items: string[];
  /** One for each item, or one for all. */
  categories?: string[];
  space?: string;
  store?: string;
  /** A published version. */
  knowledge?: string;
  maxResidual?: number;
}

export async function knowledgeGetCommand(
  { workspace, output }: CommandContext,
  { user, items, categories, space, store, knowledge: version, maxResidual }: KnowledgeGetCommandOptions,
): Promise<void> {
  // Every user with every item.
  const pairs = user.flatMap((one) => items.map((item) => [one, item] as const));
  const answer = await workspace.knowledgeGet({
    users: pairs.map(([one]) => one),
    items: pairs.map(([, item]) => item),
    ...(categories && { categories: categories.length === items.length ? user.flatMap(() => categories) : categories }),
    space,
    store: storePlace(store),
    version,
    maxResidual,
  });
  output.result({ ...answer, pairs, ...listsOf(answer) }, text(answer, pairs, categories !== undefined));
}

const listsOf = ({ values, present, width }: KnowledgeAnswer) => ({
  values: Array.from({ length: values.length / Math.max(1, width) }, (_, at) =>
    Array.from(values.subarray(at * width, (at + 1) * width)),
  ),
  present: Array.from({ length: present.length / 3 }, (_, at) => Array.from(present.subarray(3 * at, 3 * at + 3))),
});

function text(answer: KnowledgeAnswer, pairs: readonly (readonly [string, string])[], hasCategories: boolean): string {
  const { space, version, columns, ageSeconds } = answer;
  const { values, present } = listsOf(answer);
  return [
    `Version ${version} of the space ${space}, published ${Math.round(ageSeconds).toLocaleString('en-US')} s ago.`,
    '',
    table([
      ['', ...pairs.map(([user, item]) => `${user} ${item}`)],
      ...columns.map((column, k) => [column, ...values.map((row) => row[k].toFixed(4))]),
      ['entry of the user', ...present.map(([user]) => (user === 1 ? 'yes' : 'no'))],
      ['entry of the item', ...present.map(([, item]) => (item === 1 ? 'yes' : 'no'))],
      ...(hasCategories
        ? [['entry of user and category', ...present.map(([, , category]) => (category === 1 ? 'yes' : 'no'))]]
        : []),
    ]),
  ].join('\n');
}
