/**
 * A workspace is one folder with everything of one shop:
 *
 *     lorekeep.sqlite       catalogue, events, embeddings, settings
 *     models/<version>/     trained bundles; `models/latest` names the newest
 *     published/<version>/  what the service serves; `published/current` names the live one
 *     encoders/             fitted states of lexical encoders
 *     work/                 checkpoints of unfinished runs
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type RunContext, writeFileAtomic } from '@lorekeep/core';
import { openStore, type Store } from '@lorekeep/store';
import { modelVersionUnknown, nothingTrained, workspaceMissing } from './errors.ts';
import type { Output } from './terminal.ts';

export interface Workspace {
  dir: string;
  store: Store;
  modelsDir: string;
  workDir: string;
  encodersDir: string;
  /** Not there before this run: a run that brings nothing into it leaves no trace. */
  isNew: boolean;
}

/** What every stage is given. */
export interface StageContext extends RunContext {
  workspace: Workspace;
  output: Output;
  signal: AbortSignal;
}

/** Relative to where the user stands, also when a package manager started the program elsewhere. */
export const workspacePath = (dir: string) => resolve(process.env.INIT_CWD ?? process.cwd(), dir);

/** @throws LorekeepError `WORKSPACE_MISSING` if it is not there and `create` is false. */
export async function openWorkspace(dir: string, { create = false }: { create?: boolean } = {}): Promise<Workspace> {
  const root = workspacePath(dir);
  const storePath = join(root, 'lorekeep.sqlite');
  const isNew = !existsSync(storePath);
  if (isNew && !create) throw workspaceMissing(dir);
  await mkdir(root, { recursive: true });
  return {
    dir: root,
    store: await openStore(storePath),
    modelsDir: join(root, 'models'),
    workDir: join(root, 'work'),
    encodersDir: join(root, 'encoders'),
    isNew,
  };
}

/** Closes the store. A new workspace into which nothing was brought is removed again, as after an import that failed. */
export async function closeWorkspace({ dir, store, isNew }: Workspace): Promise<void> {
  const { items, users } = await store.counts();
  await store.close();
  if (!isNew || items + users > 0) return;
  for (const suffix of ['', '-wal', '-shm']) await rm(join(dir, `lorekeep.sqlite${suffix}`), { force: true });
  await rmdir(dir).catch(() => {}); // other files of the user's are in it
}

/** Trained versions, oldest first. */
export async function modelVersions(workspace: Workspace): Promise<string[]> {
  if (!existsSync(workspace.modelsDir)) return [];
  const entries = await readdir(workspace.modelsDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.tmp'))
    .map((entry) => entry.name)
    .sort();
}

/** The folder of one version; without a version, of the newest trained one. */
export async function modelDir(workspace: Workspace, version?: string): Promise<string> {
  if (version === undefined) {
    const latest = await latestVersion(workspace);
    if (latest === undefined) throw nothingTrained();
    return join(workspace.modelsDir, latest);
  }
  const known = await modelVersions(workspace);
  if (!known.includes(version)) throw modelVersionUnknown(version, known);
  return join(workspace.modelsDir, version);
}

export async function latestVersion(workspace: Workspace): Promise<string | undefined> {
  const pointer = join(workspace.modelsDir, 'latest');
  return existsSync(pointer) ? (await readFile(pointer, 'utf8')).trim() : undefined;
}

export async function setLatestVersion(workspace: Workspace, version: string): Promise<void> {
  await writeFileAtomic(join(workspace.modelsDir, 'latest'), `${version}\n`);
}
