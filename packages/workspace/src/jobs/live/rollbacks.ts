/** What somebody went back from, and whether jobs may publish since. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, sha256, writeFileAtomic } from '@lorekeep/core';
import type { BundleManifest } from '@lorekeep/recommender';

interface Rollback {
  /** The publication that somebody went back from. */
  version: string;
  /** Identifies what its model was trained from; `null` without a model. */
  recipe: string | null;
  /** Unix seconds. */
  at: number;
  /** The publication that got live. */
  to: string;
}

export interface Rollbacks {
  /** Jobs do not publish. */
  isHeld: boolean;
  /** Newest last. */
  list: Rollback[];
}

/** Entries that stay, so that the same model is recognised when it is trained again. */
const KEPT = 50;

const fileOf = (dir: string) => join(dir, 'published', 'rollbacks.json');

export async function readRollbacks(dir: string): Promise<Rollbacks> {
  try {
    const { isHeld, list } = JSON.parse(await readFile(fileOf(dir), 'utf8')) as Rollbacks;
    return { isHeld: isHeld === true, list: Array.isArray(list) ? list : [] };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { isHeld: false, list: [] };
    throw error;
  }
}

export async function writeRollbacks(dir: string, { isHeld, list }: Rollbacks): Promise<void> {
  await writeFileAtomic(fileOf(dir), `${JSON.stringify({ isHeld, list: list.slice(-KEPT) }, null, 2)}\n`);
}

/** Two versions with the same recipe are the same model. */
export function recipeOf({
  data,
  content,
  config,
  preset,
  protocol,
  seed,
  refit,
  initialFrom,
}: BundleManifest): string {
  const options = Object.entries(config).sort();
  const parts = [
    data.fingerprint,
    content.encoder,
    options,
    preset,
    protocol,
    seed,
    refit?.on,
    initialFrom?.parameters,
  ];
  return sha256(JSON.stringify(parts));
}
