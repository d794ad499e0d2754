/**
 * The simulated users go on buying while the shop is served, so the log is never again what a model
 * was trained on. The next quickstart serves the model that it has; the engine counts later events.
 */
import { join } from 'node:path';
import { readCurrent, readManifest } from '@lorekeep/recommender';
import type { PublishResult, TrainOptions, TrainResult } from '@lorekeep/workspace';
import type { CommandContext } from '../context.ts';

/** `undefined` if nothing is published, no event has come since, or the options are others. */
export async function publishedBefore(
  { workspace }: CommandContext,
  { preset, seed, refit }: Pick<TrainOptions, 'preset' | 'seed' | 'refit'>,
): Promise<{ trained: TrainResult; published: PublishResult; laterEvents: number } | undefined> {
  const { stage, live, counts } = await workspace.status();
  const isLive = stage === 'published' || stage === 'served';
  if (!isLive || typeof live?.model !== 'string' || live.events >= counts.events) return undefined;
  const manifest = await readManifest(join(workspace.dir, 'models', live.model));
  const { manifest: publication } = await readCurrent(workspace.dir);
  if (manifest.preset !== preset || manifest.seed !== seed || (manifest.refit?.on ?? 'none') !== refit)
    return undefined;
  return {
    trained: { version: live.model, metrics: manifest.metrics, manifest, unchanged: true, seconds: 0 },
    published: { version: publication.version, manifest: publication, unchanged: true },
    laterEvents: counts.events - live.events,
  };
}
