/** The publications of a workspace, and the step back to a former one. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  bundleOfPublication,
  goLive,
  liveVersion,
  type PublicationManifest,
  publicationsIn,
  readManifest,
} from '@lorekeep/recommender';
import { errors } from '../errors.ts';
import type { PublicationStatus } from '../records/answers.ts';
import { whileLiveIsMine } from './lock.ts';
import { readRollbacks, recipeOf, writeRollbacks } from './rollbacks.ts';

/** The publications on disk. */
export interface Publications {
  /** Newest first. */
  publications: PublicationStatus[];
  /** Since a rollback, jobs do not publish until `resume`. */
  isHeld: boolean;
}

/** What `rollback` did. */
export interface RollbackResult {
  /** The publication that was live. */
  from: string;
  /** The one that is live now. */
  to: string;
  /** Its model; `null` without one. */
  model: string | null;
}

export async function readPublications(dir: string): Promise<Publications> {
  const { isHeld, list } = await readRollbacks(dir);
  const live = await liveVersion(dir);
  const rolledBack = new Set(list.map(({ version }) => version));
  const found = (await publicationsIn(dir)).toReversed().map(({ version, createdAt, model }) => ({
    ...{ version, createdAt, model },
    isLive: version === live,
    isRolledBack: rolledBack.has(version) && version !== live,
  }));
  return { publications: found, isHeld };
}

/**
 * Makes a former publication live: by default the newest one before the live one from which nobody
 * went back. One atomic step; if it fails, the live one stays.
 */
export function rollBack(dir: string, to?: string): Promise<RollbackResult> {
  return whileLiveIsMine(dir, async () => {
    const from = await liveVersion(dir);
    const all = await publicationsIn(dir);
    const rollbacks = await readRollbacks(dir);
    const rejected = new Set(rollbacks.list.map(({ version }) => version));
    const target =
      to === undefined
        ? all.findLast(({ version }) => from !== undefined && version < from && !rejected.has(version))
        : all.find(({ version }) => version === to && version !== from);
    const known = all.map(({ version }) => version).filter((version) => version !== from);
    if (from === undefined || target === undefined) throw errors.PUBLICATION_NOT_KEPT({ version: to, known });
    const left = all.find(({ version }) => version === from);
    // A later failure leaves the hold, which only delays; a missing hold would publish the same again.
    await writeRollbacks(dir, {
      isHeld: true,
      list: [
        ...rollbacks.list.filter(({ version }) => version !== from && version !== target.version),
        { version: from, recipe: await recipe(dir, left), at: Date.now() / 1000, to: target.version },
      ],
    });
    await goLive(dir, target.version);
    return { from, to: target.version, model: target.model };
  });
}

async function recipe(dir: string, publication: PublicationManifest | undefined): Promise<string | null> {
  const path = publication && bundleOfPublication(dir, publication);
  return path === undefined ? null : readManifest(path).then(recipeOf, () => null);
}

/** Jobs may publish again. */
export async function resume(dir: string): Promise<void> {
  const rollbacks = await readRollbacks(dir);
  if (rollbacks.isHeld) await writeRollbacks(dir, { ...rollbacks, isHeld: false });
}

/** Removes the publications that somebody went back from, except the live one. */
export async function removeRolledBack(dir: string): Promise<void> {
  const live = await liveVersion(dir);
  for (const { version } of (await readRollbacks(dir)).list)
    if (version !== live) await rm(join(dir, 'published', version), { recursive: true, force: true });
}
