/**
 * What is left of erased users outside the tables goes with the next training: bytes in the files of
 * the store, and everything that was learned from their events. User ids are in no other file of a
 * workspace but in those of rankers and of pre-trained knowledge; models hold ids of items only.
 */
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { currentVersion, errorCode, type RunContext, versionsIn } from '@lorekeep/core';
import { readManifest } from '@lorekeep/recommender';
import { removeLeftWork } from '../jobs/left-work.ts';
import { knowledgeModels, rankers, readLearned } from '../ranking/versions.ts';
import type { WorkspaceState } from '../state.ts';
import { warnings } from '../warnings.ts';

/** A version of a model, or a publication with its model. */
export interface ErasableVersion {
  /** `'models/VERSION'`, `'published/VERSION'`, `'rankers/VERSION'` or `'knowledge/models/VERSION'`. */
  path: string;
  isCurrent: boolean;
}

/** Versions that may have learned from users who were erased after their training. */
export async function versionsBeforeErasure(state: WorkspaceState): Promise<ErasableVersion[]> {
  const { dir, store, modelsDir } = state;
  const erasure = await store.lastErasure();
  if (erasure === 0) return [];
  const folders = [
    { name: 'models', root: modelsDir, pointer: 'latest', model: '' },
    { name: 'published', root: join(dir, 'published'), pointer: 'current', model: 'model' },
  ];
  const found: ErasableVersion[] = [];
  let fingerprint: string | undefined;
  for (const { name, model, ...folder } of folders) {
    const current = await currentVersion(folder);
    for (const version of await versionsIn(folder)) {
      const data = await dataOf(join(folder.root, version, model));
      // A model of exactly this log has learned nothing from a user who is not in it.
      fingerprint ??= (await store.interactionLog()).fingerprint;
      if (data !== undefined && (data.deletions ?? 0) >= erasure) continue;
      if (data?.fingerprint !== fingerprint) found.push({ path: `${name}/${version}`, isCurrent: version === current });
    }
  }
  for (const folder of [rankers(state), knowledgeModels(state)]) {
    const current = await currentVersion(folder);
    for (const version of await versionsIn(folder)) {
      const path = join(folder.root, version);
      const manifest = await readLearned(path).catch(() => undefined);
      if ((manifest?.deletions ?? 0) < erasure)
        found.push({ path: relative(dir, path), isCurrent: version === current });
    }
  }
  return found;
}

/** `undefined` for a version that cannot be read, for example one of an older format. */
async function dataOf(path: string) {
  try {
    return (await readManifest(path)).data;
  } catch (error) {
    if (errorCode(error).startsWith('BUNDLE_')) return undefined;
    throw error;
  }
}

/**
 * After a publication: removes publications that have learned from erased users, except the live
 * one.
 */
export async function forgetFormerPublications(state: WorkspaceState): Promise<void> {
  await remove(
    state,
    (await versionsBeforeErasure(state)).filter(({ path }) => path.startsWith('published/')),
  );
}

async function remove({ dir }: WorkspaceState, versions: readonly ErasableVersion[]): Promise<void> {
  for (const { path, isCurrent } of versions) {
    // The next training and publication replace it.
    if (!isCurrent) await rm(join(dir, path), { recursive: true, force: true });
  }
}

/**
 * After a training: removes models and publications that have learned from erased users, except the
 * live one, and overwrites what is left in the files of the store. Warns with `ERASURE_WAITS` if another program keeps the store busy: the next
 * training tries again.
 */
export async function forgetErasedUsers(state: WorkspaceState, { warn }: RunContext): Promise<void> {
  await remove(state, await versionsBeforeErasure(state));
  try {
    // Checkpoints and solved models of earlier logs.
    if (await state.store.purge()) {
      await rm(state.workDir, { recursive: true, force: true });
      await removeLeftWork(state.dir);
    }
  } catch (error) {
    if (errorCode(error) !== 'STORE_BUSY') throw error;
    warn?.(warnings.ERASURE_WAITS());
  }
}
