/** `lorekeep publish` */
import { counted } from '@lorekeep/core';
import type { PublishOptions, PublishResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { WITHOUT_MODEL } from '../guidance/without-model.ts';

export type PublishCommandOptions = Pick<PublishOptions, 'model' | 'index' | 'threads'>;

export async function publishCommand(
  { workspace, output, run }: CommandContext,
  { model, index, threads }: PublishCommandOptions,
): Promise<void> {
  const result = await workspace.publish({ model, index, threads }, run);
  const more = result.manifest.model === null ? `\n${WITHOUT_MODEL}` : '';
  output.result({ manifest: result.manifest }, `${publishSummary(result)}${more}`);
}

export function publishSummary({ version, manifest: { model, index } }: PublishResult): string {
  if (model === null)
    return `Live: publication ${version}, without a model; ${counted(index.size, 'text')} in ${index.kind}.`;
  const size = `${counted(index.size, 'item')} in ${index.kind}`;
  return `Live: publication ${version} of model ${model}; ${size}, recall@10 ${index.recallAt10.toFixed(4)} against an exact scan.`;
}
