/** `lorekeep publish` */
import type { PublicationManifest } from '@lorekeep/recommender';
import { type PublishStageOptions, publishStage } from '../stages/publish.ts';
import type { StageContext } from '../workspace.ts';

export type PublishOptions = PublishStageOptions;

export async function publishCommand(context: StageContext, options: PublishOptions): Promise<void> {
  const { model, index, threads } = options;
  const { manifest } = await publishStage(context, { model, index, threads });
  context.output.result({ manifest }, publishSentence(manifest));
}

export function publishSentence({ version, model, index }: PublicationManifest): string {
  const held = `${index.size.toLocaleString('en-US')} items in ${index.kind}`;
  return `Live: ${version} (model ${model}); ${held}, recall@10 ${index.recallAt10.toFixed(4)} against an exact scan.`;
}
