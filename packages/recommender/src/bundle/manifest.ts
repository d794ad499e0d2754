/**
 * The manifest of a bundle, a trained recommender on disk. Format 3; bundles of format 2 are read
 * too (`upgraded`), older ones are refused with `BUNDLE_FORMAT`.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import type { FitOn, Metrics, Protocol } from '@lorekeep/evaluation';
import type { LinearSummary } from '@lorekeep/linear';
import type { RerankerReport } from '@lorekeep/ranking';
import type { ContentInfo, EpochRecord, InitialTowers } from '@lorekeep/towers';
import { errors } from '../errors.ts';
import type { RecommenderConfig } from '../options/options.ts';
import { fromFormat2 } from './format-2.ts';

export const FORMAT = 3;
export const MANIFEST = 'manifest.json';

export interface BundleManifest {
  format: typeof FORMAT;
  kind: 'recommender';
  /** Name of the bundle's directory. */
  version: string;
  /** Unix seconds. */
  createdAt: number;
  preset: string;
  /** Which events were held out for validation and test. */
  protocol: Protocol;
  config: RecommenderConfig;
  seed: number;
  /**
   * The events it was trained on beyond the training events, and the version whose selections
   * (epoch, settings, weight of the towers) it repeats. Absent if this training selected everything
   * itself.
   */
  refit?: { on: Exclude<FitOn, 'train'>; from: string };
  /** The bundle whose towers training started from, if any. */
  initialFrom?: InitialTowers['from'];
  /** `InteractionLog.fingerprint`, and sizes. */
  data: { fingerprint: string; users: number; items: number; events: number };
  content: ContentInfo;
  /** Shapes of the towers. */
  towers: { dim: number; inputDim: number; maxHistory: number };
  /** Absent if there is no linear model. */
  linear?: LinearSummary;
  /** The epoch that was kept and what each gave; absent in older bundles. */
  training?: { bestEpoch: number; records: EpochRecord[] };
  /** Absent if no re-ranker was trained. It is in the bundle only if `used`. */
  reranker?: RerankerReport;
  /** Beginning of the names of the re-ranker's files. */
  rerankerFiles: string;
  metrics: { valid: Metrics; test: Metrics; baselines: Record<string, Metrics> };
  /** File name → SHA-256. */
  files: Record<string, string>;
}

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
  return kind === 'towers' ? fromFormat2(manifest as Record<string, unknown>) : (manifest as BundleManifest);
}
