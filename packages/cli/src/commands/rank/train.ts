/** `lorekeep rank train` */
import { counted } from '@lorekeep/core';
import type { RankTrainOptions } from '@lorekeep/workspace';
import type { CommandContext } from '../../context.ts';
import { duration } from '../../terminal.ts';
import { tasksOf, taskText } from './tasks.ts';

export interface RankTrainCommandOptions extends Pick<RankTrainOptions, 'fresh' | 'seed' | 'threads'> {
  outcome?: string[];
  surface?: string[];
  /** A version, or `none`. */
  knowledge?: string;
}

export async function rankTrainCommand(
  { workspace, output, run }: CommandContext,
  { outcome, surface: surfaces, knowledge, ...options }: RankTrainCommandOptions,
): Promise<void> {
  const result = await workspace.rankTrain(
    { outcomes: tasksOf(outcome), surfaces, knowledge: knowledge === 'none' ? false : knowledge, ...options },
    run,
  );
  const { version, unchanged, learned, seconds, manifest } = result;
  const { tasks, surfaces: places, knowledge: used, from } = manifest;
  const what = `${tasks.map(taskText).join(', ')} on ${places === null ? 'all surfaces' : places.join(', ')}`;
  output.result(
    { ...result },
    unchanged
      ? `There is no newer impression, nothing to do: ranker ${version} of ${what}.`
      : [
          `Trained ranker ${version} of ${what} in ${duration(seconds)}.`,
          `It learned from ${counted(learned, 'impression')}${from === null ? '' : `, after those of ${from}`}.`,
          used === null ? 'It reads no knowledge.' : `It reads the knowledge ${used.version}.`,
        ].join('\n'),
  );
}
