/** `lorekeep publish` */
import { counted } from '@lorekeep/core';
import type { PublishOptions, PublishResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';

export type PublishCommandOptions = Pick<PublishOptions, 'model' | 'index' | 'threads'>;

export async function publishCommand(
  { workspace, output, run }: CommandContext,
  { model, index, threads }: PublishCommandOptions,
): Promise<void> {
  const result = await workspace.publish({ model, index, threads }, run);
  output.result({ manifest: result.manifest }, publishSummary(result));
}

export function publishSummary({ version, manifest: { model, index } }: PublishResult): string {
  const size = `${counted(index.size, 'item')} in ${index.kind}`;
  return `Live: publication ${version} of model ${model}; ${size}, recall@10 ${index.recallAt10.toFixed(4)} against an exact scan.`;
}
