/** `lorekeep knowledge extract` */
import { counted } from '@lorekeep/core';
import type { CommandContext } from '../../context.ts';
import { userPath } from '../../paths.ts';

export interface KnowledgeExtractCommandOptions {
  out: string;
  knowledge?: string;
  surface?: string[];
}

export async function knowledgeExtractCommand(
  { workspace, output, run }: CommandContext,
  { out, knowledge: version, surface: surfaces }: KnowledgeExtractCommandOptions,
): Promise<void> {
  const result = await workspace.knowledgeExtract({ out: userPath(out), version, surfaces }, run);
  const { rows, leftOut, knowledge } = result;
  output.result(
    { ...result, out },
    [
      `Wrote ${counted(rows, 'impression')} with ${counted(knowledge.length, 'number')} of knowledge each to ${out}.`,
      `Knowledge ${result.version}: ${knowledge.join(', ')}.`,
      ...(leftOut === 0 ? [] : [`Left out: ${counted(leftOut, 'impression')} that it has no knowledge of.`]),
    ].join('\n'),
  );
}
