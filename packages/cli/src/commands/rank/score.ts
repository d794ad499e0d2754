/** `lorekeep rank score` */
import type { RankAnswer } from '@lorekeep/recommender';
import type { CommandContext } from '../../context.ts';
import { storePlace } from '../../paths.ts';
import { table } from '../../terminal.ts';

export interface RankScoreCommandOptions {
  user?: string;
  items: string[];
  history?: string[];
  surface?: string;
  by?: string;
  ranker?: string;
  store?: string;
  maxResidual?: number;
  at?: number;
  threads?: number;
}

export async function rankScoreCommand(
  { workspace, output }: CommandContext,
  { ranker: version, store, ...options }: RankScoreCommandOptions,
): Promise<void> {
  const answer = await workspace.rankScore({ version, store: storePlace(store), ...options });
  output.result({ ...answer }, scoreText(answer, options.user));
}

function scoreText({ ranker, knowledge, reason, knownUser, behaviours, items }: RankAnswer, user?: string): string {
  const outcomes = Object.keys(items[0]?.probabilities ?? {});
  return [
    `Ranker ${ranker}, ${knowledge === null ? 'without knowledge' : `knowledge ${knowledge.version}`}.`,
    ...(reason === undefined ? [] : [`Without knowledge: ${reason}`]),
    ...(user !== undefined && !knownUser ? [`The user "${user}" is not stored.`] : []),
    `Behaviours of the user that were read: ${behaviours}.`,
    '',
    table([
      ['', ...outcomes],
      ...items.map(({ id, probabilities, known }, at) => [
        `${at + 1}. ${id}${known ? '' : ' (not stored)'}`,
        ...outcomes.map((outcome) => probabilities[outcome].toFixed(4)),
      ]),
    ]),
  ].join('\n');
}
