/**
 * Reads manifests of bundles: of format 3, and of format 2 (format-2.ts). Older ones are refused with
 * `BUNDLE_FORMAT`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { ALL_EVENTS } from '../options/events.ts';
import { fromFormat2 } from './format-2.ts';
import { type BundleManifest, FORMAT, MANIFEST } from './manifest.ts';

/**
 * Reads the manifest alone, without looking at the other files.
 *
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT` (not a manifest), `BUNDLE_FORMAT`
 */
export async function readManifest(path: string): Promise<BundleManifest> {
  const corrupt = (problem: string) => errors.BUNDLE_CORRUPT({ path, problem });
  let text: string;
  try {
    text = await readFile(join(path, MANIFEST), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR')
      throw errors.BUNDLE_MISSING({ path, file: MANIFEST });
    throw error;
  }
  let manifest: { kind?: unknown; format?: unknown } | null;
  try {
    manifest = JSON.parse(text);
  } catch {
    throw corrupt(`${MANIFEST} is not JSON`);
  }
  if (manifest === null || typeof manifest !== 'object') throw corrupt(`${MANIFEST} is not an object`);
  const { kind, format } = manifest;
  if (kind !== 'recommender' && kind !== 'towers') throw corrupt(`${MANIFEST} does not describe a recommender`);
  if (kind === 'towers' ? format !== 2 : format !== FORMAT) throw errors.BUNDLE_FORMAT({ path, format, known: FORMAT });
  const { towers, content, files, metrics } = manifest as Partial<BundleManifest>;
  const complete =
    [towers?.dim, towers?.inputDim, towers?.maxHistory, content?.dim].every(Number.isInteger) &&
    typeof files === 'object' &&
    typeof metrics === 'object';
  if (!complete) throw corrupt(`${MANIFEST} is incomplete`);
  if (kind === 'towers') return fromFormat2(manifest as Record<string, unknown>);
  const { config, ...rest } = manifest as BundleManifest;
  // Versions without these options trained on all events.
  return { ...rest, config: { ...config, events: config.events ?? ALL_EVENTS } };
}
