/** `lorekeep encode` */
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

const count = (value: number) => value.toLocaleString('en-US');

function estimateSummary({ model, dim, texts, missing, tokens, sampled, seconds, bytes }: EncodeEstimate): string {
  const all = `${count(texts)} distinct texts with ${model} (${dim} dimensions)`;
  if (missing === 0) return `Already encoded, nothing to do: ${all}.`;
  return [
    `Dry run, nothing was stored: ${count(missing)} of ${all} would be encoded,`,
    `about ${count(tokens)} tokens. Extrapolated from ${count(sampled)} texts, this takes about ${duration(seconds)}`,
    `(${count(Math.round(missing / seconds))} texts per second) and ${count(Math.ceil(bytes / 1e6))} MB.`,
  ].join('\n');
}

export function encodeSummary({ model, dim, texts, encoded, seconds }: EncodeResult): string {
  const all = `${count(texts)} distinct texts with ${model} (${dim} dimensions)`;
  if (encoded === 0) return `Already encoded, nothing to do: ${all}.`;
  return `Encoded ${count(encoded)} of ${all} in ${duration(seconds)}.`;
}
