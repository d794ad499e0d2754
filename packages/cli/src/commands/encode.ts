/** `lorekeep encode` */
import {
  type EncodeEstimateResult,
  type EncodeStageOptions,
  type EncodeStageResult,
  encodeStage,
  estimateEncoding,
} from '../stages/encode.ts';
import { duration } from '../terminal.ts';
import type { StageContext } from '../workspace.ts';

export interface EncodeCommandOptions extends EncodeStageOptions {
  dryRun: boolean;
}

export async function encodeCommand(context: StageContext, options: EncodeCommandOptions): Promise<void> {
  const { model, template, refit, threads, precision, endpoint, dryRun } = options;
  const stage = { model, template, refit, threads, precision, endpoint };
  if (dryRun) {
    const estimate = await estimateEncoding(context, stage);
    context.output.result({ ...estimate }, estimateSentence(estimate));
    return;
  }
  const result = await encodeStage(context, stage);
  context.output.result({ ...result }, encodeSentence(result));
}

function estimateSentence({ model, dim, texts, missing, tokens, sampled, seconds, bytes }: EncodeEstimateResult) {
  const count = (value: number) => value.toLocaleString('en-US');
  const all = `${count(texts)} distinct texts in ${model} (${dim} dimensions)`;
  if (missing === 0) return `Already embedded, nothing to do: ${all}.`;
  return [
    `A dry run, nothing was stored: ${count(missing)} of ${all} are to be embedded,`,
    `about ${count(tokens)} tokens. Going by ${count(sampled)} of them, that takes about ${duration(seconds)}`,
    `(${count(Math.round(missing / seconds))} texts a second) and ${count(Math.ceil(bytes / 1e6))} MB.`,
  ].join('\n');
}

export function encodeSentence({ model, dim, texts, encoded, seconds }: EncodeStageResult): string {
  const all = `${texts.toLocaleString('en-US')} distinct texts in ${model} (${dim} dimensions)`;
  if (encoded === 0) return `Already embedded, nothing to do: ${all}.`;
  return `Embedded ${encoded.toLocaleString('en-US')} of ${all} in ${duration(seconds)}.`;
}
