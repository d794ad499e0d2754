/** `lorekeep encode` */
import { type EncodeStageOptions, type EncodeStageResult, encodeStage } from '../stages/encode.ts';
import { duration } from '../terminal.ts';
import type { StageContext } from '../workspace.ts';

export type EncodeCommandOptions = EncodeStageOptions;

export async function encodeCommand(context: StageContext, options: EncodeCommandOptions): Promise<void> {
  const { model, template, refit, threads, endpoint } = options;
  const result = await encodeStage(context, { model, template, refit, threads, endpoint });
  context.output.result({ ...result }, encodeSentence(result));
}

export function encodeSentence({ model, dim, texts, encoded, seconds }: EncodeStageResult): string {
  const all = `${texts.toLocaleString('en-US')} distinct texts in ${model} (${dim} dimensions)`;
  if (encoded === 0) return `Already embedded, nothing to do: ${all}.`;
  return `Embedded ${encoded.toLocaleString('en-US')} of ${all} in ${duration(seconds)}.`;
}
