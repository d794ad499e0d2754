/**
 * Files or the simulated shop into the store. Nothing is done if the same content was imported
 * before.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import {
  type BadLine,
  datasetDirectory,
  type ImportOptions,
  importFiles,
  importSimulatedShop,
  type SimulatedShopOptions,
} from '@lorekeep/datasets';
import type { StoreCounts } from '@lorekeep/store';
import { errors } from './errors.ts';
import type { WorkspaceState } from './state.ts';

/** Which files to import, and how to read them. At least one file must be given. */
export type ImportFilesOptions = Omit<ImportOptions, 'store' | keyof RunContext>;

/** How to read the files of a data folder. */
export type ImportDirectoryOptions = Omit<ImportFilesOptions, 'items' | 'events' | 'users' | 'alone'>;

export interface ImportResult {
  /** What the workspace contains now. */
  counts: StoreCounts;
  /** Impressions among the events imported now. */
  impressions: number;
  /** Events made from columns of outcomes, by type. */
  outcomes: Record<string, number>;
  /** Records of users imported now. */
  userRecords: number;
  /** Events left out because their item is unknown (`unknownItems: 'skip'`). */
  withoutItem: number;
  /** Records of raw files left out because a later record describes the same item. */
  repeatedItems: number;
  /** Malformed lines left out, as `skipBad` allows. */
  skipped: number;
  /** The first 100 of them. Empty if nothing was done. */
  bad: BadLine[];
  /** The same content was imported before, so nothing was done. */
  unchanged: boolean;
  /** Names of the imported files, the folder, or the simulated shop; for people. */
  source: string;
}

export async function importInto(
  { store }: WorkspaceState,
  options: ImportFilesOptions,
  { progress, signal }: RunContext,
): Promise<ImportResult> {
  const { items = [], events = [], users = [] } = options;
  if (items.length + events.length + users.length === 0) throw errors.NOTHING_TO_IMPORT();
  const summary = await importFiles({ ...options, store, progress, signal });
  const { events: _, items: __, users: ___, repeatedFiles, fingerprint, ...result } = summary;
  const source = [...items, ...events, ...users].map((path) => basename(path)).join(', ');
  return { counts: await store.counts(), ...result, source };
}

export async function importDirectoryInto(
  state: WorkspaceState,
  dir: string,
  options: ImportDirectoryOptions,
  run: RunContext,
): Promise<ImportResult> {
  const files = await datasetDirectory(dir);
  return { ...(await importInto(state, { ...options, ...files, alone: true }, run)), source: dir };
}

export async function importSimulatedShopInto(
  { dir, store }: WorkspaceState,
  options: SimulatedShopOptions,
  { progress, signal }: RunContext,
): Promise<ImportResult> {
  const other = (await store.imports()).find((record) => record.files.join() !== 'simulated');
  if (other !== undefined) throw errors.WORKSPACE_HOLDS_OTHER_DATA({ dir, held: other.files });
  const { unchanged } = await importSimulatedShop(store, options, { progress, signal });
  const leftOut = { withoutItem: 0, repeatedItems: 0, skipped: 0, bad: [] };
  const impressions = unchanged ? 0 : await store.countImpressions();
  const imported = { impressions, outcomes: {}, userRecords: 0 };
  return { counts: await store.counts(), ...imported, ...leftOut, unchanged, source: 'the simulated shop' };
}
