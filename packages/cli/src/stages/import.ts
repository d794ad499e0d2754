/** Files, or the simulated shop, into the store. Skipped when the same content was imported before. */
import { basename, resolve } from 'node:path';
import {
  type BadLine,
  type ColumnNames,
  datasetDirectory,
  type Format,
  importFiles,
  importSimulatedShop,
  type RawFormat,
  type UnknownItems,
} from '@lorekeep/datasets';
import type { StoreCounts } from '@lorekeep/store';
import { workspaceHoldsOtherData } from '../errors.ts';
import type { StageContext } from '../workspace.ts';

export interface ImportStageResult {
  /** What the workspace holds now. */
  counts: StoreCounts;
  /** Events left out because their item is unknown, and records of raw files that a later one replaced. */
  withoutItem: number;
  repeatedItems: number;
  /** Bad lines left out, as `--skip-bad` allows, and the first of them. */
  skipped: number;
  bad: BadLine[];
  unchanged: boolean;
  source: string;
}

export interface ImportStageOptions {
  items?: string[];
  events?: string[];
  format?: Format | RawFormat | 'auto';
  columns?: ColumnNames;
  skipBad?: number;
  unknownItems?: UnknownItems;
  minUserEvents?: number;
  minItemEvents?: number;
  /** Refuse a workspace that holds other data. */
  alone?: boolean;
}

/** Paths are relative to where the user stands, also when a package manager started the program elsewhere. */
export const userPath = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path);

export async function importStage(context: StageContext, options: ImportStageOptions): Promise<ImportStageResult> {
  const { store } = context.workspace;
  const items = options.items?.map(userPath) ?? [];
  const events = options.events?.map(userPath) ?? [];
  const { progress, signal } = context;
  const summary = await importFiles({ ...options, items, events, store, progress, signal });
  const { withoutItem, repeatedItems, skipped, bad, unchanged } = summary;
  const source = [...items, ...events].map((path) => basename(path)).join(', ');
  return { counts: await store.counts(), withoutItem, repeatedItems, skipped, bad, unchanged, source };
}

/** A whole data folder, into a workspace of its own: refused where the workspace already holds something else. */
export async function importDirectoryStage(
  context: StageContext,
  dir: string,
  options: ImportStageOptions,
): Promise<ImportStageResult> {
  const files = await datasetDirectory(userPath(dir));
  return { ...(await importStage(context, { ...options, ...files, alone: true })), source: dir };
}

/** The simulated shop at its default size. */
export async function importSimulatedStage(context: StageContext): Promise<ImportStageResult> {
  const { dir, store } = context.workspace;
  const source = 'the simulated shop';
  const other = (await store.imports()).find((record) => record.files.join() !== 'simulated');
  if (other !== undefined) throw workspaceHoldsOtherData(dir, other.files);
  const { progress, signal } = context;
  const { unchanged } = await importSimulatedShop(store, {}, { progress, signal });
  const nothing = { withoutItem: 0, repeatedItems: 0, skipped: 0, bad: [] };
  return { counts: await store.counts(), ...nothing, unchanged, source };
}
