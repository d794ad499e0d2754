/** `lorekeep knowledge pretrain` */
import { counted } from '@lorekeep/core';
import type { KnowledgePretrainOptions } from '@lorekeep/workspace';
import type { CommandContext } from '../../context.ts';
import { duration } from '../../terminal.ts';
import { tasksOf, taskText } from '../rank/tasks.ts';

export interface KnowledgePretrainCommandOptions
  extends Pick<KnowledgePretrainOptions, 'fresh' | 'historyUntil' | 'seed' | 'threads'> {
  outcome?: string[];
}

export async function knowledgePretrainCommand(
  { workspace, output, run }: CommandContext,
  { outcome, ...options }: KnowledgePretrainCommandOptions,
): Promise<void> {
  const result = await workspace.knowledgePretrain({ tasks: tasksOf(outcome), ...options }, run);
  const { version, unchanged, learned, seconds, manifest } = result;
  const { tasks, from } = manifest;
  output.result(
    { ...result },
    unchanged
      ? `There is no newer impression, nothing to do: knowledge ${version}.`
      : [
          `Pre-trained knowledge ${version} of ${tasks.map(taskText).join(', ')} in ${duration(seconds)}.`,
          `It learned from ${counted(learned, 'impression')}${from === null ? '' : `, after those of ${from}`}.`,
        ].join('\n'),
  );
}
