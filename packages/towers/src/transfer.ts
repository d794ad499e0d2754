/**
 * Beginning at towers that another catalogue has trained (multi-domain pre-training). Whatever speaks of text and of
 * behaviour in general is taken over: the content path with its mean and whitening, the blocks, the user side. Whatever
 * speaks of single items is not: the ID table and its gate begin anew. So with `epochs: 0` what comes out is the zero-shot model, which knows
 * this catalogue by its text alone, and with more epochs it is fine-tuned.
 */
import { join } from 'node:path';
import { sha256OfFile } from '@lorekeep/core';
import { type Arrays, readSafetensors } from '@lorekeep/graph';
import { PARAMETERS, readManifest } from './bundle.ts';
import type { TowerConfig } from './config.ts';
import { bundleCorrupt, initMismatch } from './errors.ts';
import type { BundleManifest } from './types.ts';

export interface InitialTowers {
  /** Version and parameters (SHA-256) of the bundle they come from; goes into the new bundle's manifest. */
  from: { version: string; parameters: string };
  config: Record<string, unknown>;
  contentInfo: BundleManifest['content'];
  parameters: Arrays;
}

/** Options without which the parameters of one configuration mean nothing in another. */
const SHAPING = [
  'content',
  'residual',
  'whitening',
  'dim',
  'hidden',
  'layers',
  'heads',
  'block',
  'positions',
  'maxHistory',
  'similarity',
] as const satisfies (keyof TowerConfig)[];

/**
 * @param path a version directory that `writeBundle` made
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT`, `BUNDLE_FORMAT`
 */
export async function readInitialTowers(path: string): Promise<InitialTowers> {
  const { version, config, content, files } = await readManifest(path);
  const file = join(path, PARAMETERS);
  const parameters = await sha256OfFile(file);
  if (parameters !== files[PARAMETERS]) throw bundleCorrupt(path, `${PARAMETERS} is not what was written`);
  const { arrays } = await readSafetensors(file);
  return { from: { version, parameters }, config, contentInfo: content, parameters: arrays };
}

/**
 * `own` with everything replaced that can be taken over.
 *
 * @param own first values as `initialParameters` makes them at random
 * @throws LorekeepError `TOWERS_INIT_MISMATCH`
 */
export function takenOver(
  own: Arrays,
  initial: InitialTowers,
  config: TowerConfig,
  contentInfo: BundleManifest['content'],
): Arrays {
  if (!config.content) throw initMismatch('content is false: without text nothing can be taken over');
  const { encoder, name, template } = initial.contentInfo;
  if (encoder !== contentInfo.encoder || template !== contentInfo.template)
    throw initMismatch(
      `they read texts through ${name} and the template "${template}", this catalogue is read through ${contentInfo.name} and "${contentInfo.template}"`,
    );
  for (const option of SHAPING)
    if (initial.config[option] !== config[option])
      throw initMismatch(
        `their ${option} is ${JSON.stringify(initial.config[option])}, this run's is ${JSON.stringify(config[option])}`,
      );
  const result: Arrays = {};
  for (const [array, value] of Object.entries(own)) {
    const found = initial.parameters[array];
    if (array.startsWith('id/')) result[array] = value;
    else if (found === undefined) throw initMismatch(`they have no "${array}"`);
    else if (String(found.shape) !== String(value.shape))
      throw initMismatch(`their "${array}" has the shape [${found.shape}], this run's [${value.shape}]`);
    else result[array] = found;
  }
  return result;
}
