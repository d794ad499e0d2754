/** `lorekeep encode` */
import { counted } from '@lorekeep/core';
import { type EncodeEstimate, type EncodeOptions, type EncodeResult, modelPath } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';
import { userDirectory } from '../paths.ts';
import { duration } from '../terminal.ts';

export interface EncodeCommandOptions extends EncodeOptions {
  dryRun: boolean;
}

export async function encodeCommand(
  { workspace, output, run }: CommandContext,
  { model, template, refit, threads, precision, endpoint, dryRun }: EncodeCommandOptions,
): Promise<void> {
  const options = { model: userModel(model), template, refit, threads, precision, endpoint };
  if (dryRun) {
    const estimate = await workspace.estimateEncoding(options, run);
    output.result({ dryRun: true, ...estimate }, estimateSummary(estimate));
    return;
  }
  const result = await workspace.encode(options, run);
  output.result({ ...result }, encodeSummary(result));
}

/** A model folder is relative to the directory of the user. */
export const userModel = (model: string | undefined): string | undefined =>
  model === undefined ? undefined : modelPath(model, userDirectory());

function estimateSummary({ model, dim, texts, missing, tokens, sampled, seconds, bytes }: EncodeEstimate): string {
  const all = `${counted(texts, 'distinct text')} with ${model} (${counted(dim, 'dimension')})`;
  if (missing === 0) return `Already encoded, nothing to do: ${all}.`;
  return [
    `Dry run, nothing was stored: ${missing.toLocaleString('en-US')} of ${all} would be encoded,`,
    `about ${counted(tokens, 'token')}. Extrapolated from ${counted(sampled, 'text')}, this takes about ${duration(seconds)}`,
    `(${counted(Math.round(missing / seconds), 'text')} per second) and ${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB.`,
  ].join('\n');
}

export function encodeSummary({ model, dim, texts, encoded, seconds }: EncodeResult): string {
  const all = `${counted(texts, 'distinct text')} with ${model} (${counted(dim, 'dimension')})`;
  if (encoded === 0) return `Already encoded, nothing to do: ${all}.`;
  return `Encoded ${encoded.toLocaleString('en-US')} of ${all} in ${duration(seconds)}.`;
}
