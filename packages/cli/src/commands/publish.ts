/** `lorekeep publish` */
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
  const size = `${index.size.toLocaleString('en-US')} items in ${index.kind}`;
  return `Live: ${version} (model ${model}); ${size}, recall@10 ${index.recallAt10.toFixed(4)} against an exact scan.`;
}
