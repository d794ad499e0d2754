/** The towers of a bundle, as first values for training on another catalogue. */
import { join } from 'node:path';
import { sha256OfFile } from '@lorekeep/core';
import { readSafetensors } from '@lorekeep/graph';
import type { InitialTowers } from '@lorekeep/towers';
import { errors } from '../errors.ts';
import { readManifest } from './read-manifest.ts';
import { PARAMETERS } from './write.ts';

/**
 * @param path a version directory that `writeBundle` made
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT`, `BUNDLE_FORMAT`
 */
export async function readInitialTowers(path: string): Promise<InitialTowers> {
  const { version, config, content, files } = await readManifest(path);
  const file = join(path, PARAMETERS);
  const parameters = await sha256OfFile(file);
  if (parameters !== files[PARAMETERS])
    throw errors.BUNDLE_CORRUPT({ path, problem: `${PARAMETERS} is not what was written` });
  const { arrays } = await readSafetensors(file);
  return { from: { version, parameters }, config, contentInfo: content, parameters: arrays };
}
