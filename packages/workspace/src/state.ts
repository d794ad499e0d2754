/**
 * The open workspace as the functions of this package see it. A workspace is one folder with all
 * data of one shop:
 *
 *     lorekeep.sqlite       catalogue, events, embeddings, settings
 *     models/<version>/     trained models; `models/latest` names the newest
 *     published/<version>/  what the service serves; `published/current` names the live one
 *     encoders/             fitted states of lexical encoders
 *     work/                 checkpoints of unfinished trainings
 */
import { existsSync } from 'node:fs';
import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openStore, type Store } from '@lorekeep/store';
import { errors } from './errors.ts';

export const STORE_FILE = 'lorekeep.sqlite';

export interface WorkspaceState {
  /** Absolute path. */
  dir: string;
  store: Store;
  modelsDir: string;
  workDir: string;
  encodersDir: string;
  /** See `OpenWorkspaceOptions`. */
  endpointUrl: string | undefined;
  /** The folder had no store before it was opened. */
  isNew: boolean;
}

/** How a workspace is opened. */
export interface OpenWorkspaceOptions {
  /** Create the folder and its store if there is none. Default false: `WORKSPACE_MISSING`. */
  create?: boolean;
  /**
   * Base address of the embeddings endpoint, for workspaces encoded by one. It takes precedence
   * over the address that the workspace remembers, because servers move. Default: the remembered
   * address.
   */
  endpointUrl?: string;
}

export async function openState(
  path: string,
  { create = false, endpointUrl }: OpenWorkspaceOptions,
): Promise<WorkspaceState> {
  const dir = resolve(path);
  const isNew = !existsSync(join(dir, STORE_FILE));
  if (isNew && !create) throw errors.WORKSPACE_MISSING({ dir });
  await mkdir(dir, { recursive: true });
  return {
    dir,
    store: await openStore(join(dir, STORE_FILE)),
    modelsDir: join(dir, 'models'),
    workDir: join(dir, 'work'),
    encodersDir: join(dir, 'encoders'),
    endpointUrl,
    isNew,
  };
}

/**
 * Closes the store. If the workspace is new and still empty, for example after a failed import,
 * removes it again, unless another connection has it open: an import that runs there is not counted
 * yet.
 */
export async function closeState({ dir, store, isNew }: WorkspaceState): Promise<void> {
  const { items, users } = await store.counts();
  await store.close();
  if (!isNew || items + users > 0) return;
  // The last connection that closes removes the write-ahead log.
  if (existsSync(join(dir, `${STORE_FILE}-wal`))) return;
  for (const suffix of ['', '-wal', '-shm']) await rm(join(dir, `${STORE_FILE}${suffix}`), { force: true });
  await rmdir(dir).catch(() => {}); // The folder contains other files of the user.
}
