/**
 * Files or the simulated shop into the store. Nothing is done if the same content was imported
 * before.
 */
import { basename } from 'node:path';
import type { RunContext } from '@lorekeep/core';
import {
  type BadLine,
  datasetDirectory,
  type FileReading,
  type GrownFile,
  type ImportOptions,
  importFiles,
  importSimulatedShop,
  type ProblemGroup,
  RAW_FORMATS,
  type SimulatedShopOptions,
} from '@lorekeep/datasets';
import { recogniseRatings, type StoreCounts } from '@lorekeep/store';
import { errors } from './errors.ts';
import type { WorkspaceState } from './state.ts';

/** Which files to import, and how to read them. At least one file must be given. */
export interface ImportFilesOptions extends Omit<ImportOptions, 'store' | keyof RunContext> {}

/** How to read the files of a data folder. */
export interface ImportDirectoryOptions extends Omit<ImportFilesOptions, 'items' | 'events' | 'users' | 'alone'> {}

/** What an import did. */
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
  /** Items that are known by their id alone (`unknownItems: 'add'`). */
  addedItems: number;
  /** Records left out because another record describes the same item. */
  repeatedItems: number;
  /** With `replace`: events of earlier imports that are gone. */
  replaced: number;
  /** With `replace`: events left out because a live write has stored them. */
  alreadyLive: number;
  /** Malformed lines left out, as `skipBad` allows. */
  skipped: number;
  /** The first 100 of them. Empty if nothing was done. */
  bad: BadLine[];
  /** All that could not be read, by cause. Empty if nothing was done. */
  problems: ProblemGroup[];
  /** How each file was understood. Empty if nothing was done. */
  reading: FileReading[];
  /** Event files that have grown since an earlier import: only their new lines were added. */
  grownFiles: GrownFile[];
  /** What this import brings; with `dryRun`, what it would bring. */
  imported: StoreCounts;
  /** Only the reading was asked for, and nothing was written. */
  dryRun: boolean;
  /** The same content was imported before, so nothing was done. */
  unchanged: boolean;
  /** Names of the imported files, the folder, or the simulated shop; for people. */
  source: string;
}

export async function importInto(
  { store }: WorkspaceState,
  options: ImportFilesOptions,
  { progress, warn, signal }: RunContext,
): Promise<ImportResult> {
  const { items = [], events = [], users = [] } = options;
  if (items.length + events.length + users.length === 0) throw errors.NOTHING_TO_IMPORT();
  const isPublished = RAW_FORMATS.some((format) => format === options.format);
  // Published figures of these sets take every rating as positive.
  if (isPublished && options.dryRun !== true && Object.keys(await store.eventRules()).length === 0)
    await store.setEventRules({ preset: 'all-positive' });
  const summary = await importFiles({ ...options, store, progress, warn, signal });
  if (!summary.dryRun) await recogniseRatings(store);
  const { items: newItems, users: newUsers, events: newEvents, repeatedFiles: _, fingerprint: __, ...result } = summary;
  const source = [...items, ...events, ...users].map((path) => basename(path)).join(', ');
  const imported = { items: newItems, users: newUsers, events: newEvents };
  return { counts: await store.counts(), ...result, imported, source };
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
  const leftOut = {
    withoutItem: 0,
    addedItems: 0,
    repeatedItems: 0,
    replaced: 0,
    alreadyLive: 0,
    skipped: 0,
    bad: [],
    problems: [],
  };
  const counts = await store.counts();
  const told = { reading: [], grownFiles: [], dryRun: false, imported: counts };
  const impressions = unchanged ? 0 : await store.countImpressions();
  const shown = { impressions, outcomes: {}, userRecords: 0 };
  return { counts, ...shown, ...leftOut, ...told, unchanged, source: 'the simulated shop' };
}
