/** `lorekeep similar` */
import type { CommandContext } from '../context.ts';
import { withEngine } from '../engine.ts';
import { recommendationsText } from './recommend.ts';

export interface SimilarCommandOptions {
  item: string;
  k: number;
  threads?: number;
}

export async function similarCommand(context: CommandContext, options: SimilarCommandOptions): Promise<void> {
  const { item, k } = options;
  const result = await withEngine(context, options, (engine) => engine.similar(item, { k, withItems: true }));
  context.output.result({ ...result }, recommendationsText(result));
}
