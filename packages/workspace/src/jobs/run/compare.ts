/**
 * The comparison of a gate. The version that would be published learns from all events, so nothing
 * is left to judge it on. What is compared in its place is a version of the same settings that has
 * not seen the newest events:
 *
 *     …──────────────┤ liveUntil ├──────────────┤ from ├───────────┤ now
 *     the live version has learned              the next choice of every user
 *     the candidate has learned ───────────────►  who chose something before
 *
 * `from` is chosen so that the newest share of the events after `liveUntil` remains. Neither version
 * has seen what both are compared on, and the candidate has what a newer version has: newer events.
 */
import { join } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import { pairedDifferences, type Split, splitAt } from '@lorekeep/evaluation';
import { type BundleManifest, evaluateBundle, openBundle } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { encoderOf } from '../../encoding/remembered-encoders.ts';
import type { WorkspaceState } from '../../state.ts';
import { type TrainOptions, train } from '../../training/train.ts';
import { checkTimes, readContent } from '../../training/training-data.ts';
import type { Verdict } from '../records/answers.ts';
import type { JobSettings } from '../settings.ts';
import { logBefore, withLog } from './part-of-log.ts';
import { tooFew, verdictOf } from './verdict.ts';

export interface CompareInput {
  /** Whose models and checkpoints are those of the run. */
  state: WorkspaceState;
  settings: JobSettings;
  options: TrainOptions;
  log: InteractionLog;
  /** The bundle of the live version, and the newest event that it has learned from. */
  live: { path: string; manifest: BundleManifest; until: number };
}

export async function compare(
  { state, settings, options, log, live }: CompareInput,
  run: RunContext,
): Promise<Verdict> {
  const { gate, threads } = settings;
  await checkTimes(state, 'temporal');
  const times = log.timestamps.filter((time) => time > live.until).sort();
  if (times.length === 0) return { ...tooFew(gate, 0), liveUntil: live.until };
  const choice = live.manifest.config.events;
  const half = times[Math.min(times.length - 1, Math.floor((1 - gate.share) * times.length))];
  let [from, split] = [half, splitAt(half, log, choice)];
  // All that is new is better than too little of it.
  if (usersOf(split) < gate.minUsers) [from, split] = [times[0], splitAt(times[0], log, choice)];
  const window = { liveUntil: live.until, from, to: times[times.length - 1] };
  if (usersOf(split) < gate.minUsers) return { ...tooFew(gate, usersOf(split)), ...window };

  const earlier = { ...state, store: withLog(state.store, logBefore(log, from)) };
  const { version } = await train(earlier, options, run);
  const how = { threads, progress: run.progress, signal: run.signal };
  const ofCandidate = await evaluated(state, join(state.modelsDir, version), split, how);
  const ofLive = await evaluated(state, live.path, split, how);
  const { difference, interval } = pairedDifferences(ofCandidate.ranks, ofLive.ranks)[gate.metric];
  const metrics = { live: ofLive.metrics[gate.metric], candidate: ofCandidate.metrics[gate.metric] };
  return { ...verdictOf(gate, { users: usersOf(split), ...metrics, difference, interval }), ...window };
}

const usersOf = (split: Split): number => split.heldOut.test.users.length;

async function evaluated(
  state: WorkspaceState,
  path: string,
  split: Split,
  how: RunContext & { threads: number | undefined },
) {
  const bundle = await openBundle(path, { threads: how.threads });
  try {
    const { content: info, data } = bundle.manifest;
    const content = await readContent(state, await encoderOf(state, info.encoder), split.log);
    const deleted = await state.store.deletedItems(data.deletions ?? 0);
    return await evaluateBundle(bundle, split, 'test', content, { ...how, deleted });
  } finally {
    await bundle.close();
  }
}
