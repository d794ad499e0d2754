/**
 * What earlier imports read, beyond the records of imports: the length and hash of each event file,
 * by which a log that has grown is recognised, and the options, by which a changed option is named.
 * It is kept in one setting of the store. Imports of older versions left nothing there; their files
 * are recognised as a whole only.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { ImportRecord, Store } from '@lorekeep/store';
import type { SourceFile } from '../formats/source-file.ts';
import { openUnpacked } from '../formats/unpack.ts';
import { type ImportPlan, type ReadingOptions, readingKey } from './plan.ts';

const SETTING = 'importedFiles';

/** One event file of an earlier import, decompressed. */
export interface ImportedLog {
  /** How it was read (`readingKey`). */
  key: string;
  bytes: number;
  sha256: string;
  /** Its last line. */
  lines: number;
  /** The events that it brought, those of its earlier parts included. */
  events: number;
  /** Fingerprints of the imports that brought them. */
  imports: string[];
}

/** One earlier import. */
interface ImportedFiles {
  fingerprint: string;
  /** SHA-256 of all its files, in order. */
  hashes: string[];
  options: ReadingOptions;
}

export interface Memory {
  logs: ImportedLog[];
  imports: ImportedFiles[];
}

const LINE_FEED = 10;

/** @param records of the imports whose events the store has: what others left is ignored */
export async function readMemory(store: Store, records: readonly ImportRecord[]): Promise<Memory> {
  const { logs, imports } = (await store.getSetting<Memory>(SETTING)) ?? { logs: [], imports: [] };
  const kept = new Set(records.map(({ fingerprint }) => fingerprint));
  return {
    logs: logs.filter((log) => log.imports.every((fingerprint) => kept.has(fingerprint))),
    imports: imports.filter(({ fingerprint }) => kept.has(fingerprint)),
  };
}

export async function remember(store: Store, plan: ImportPlan, logs: ImportedLog[]): Promise<void> {
  const memory = await readMemory(store, plan.imports);
  const { fingerprint, hashes, reading: options } = plan;
  await store.setSetting(SETTING, {
    logs: [...memory.logs, ...logs],
    imports: [...memory.imports, { fingerprint, hashes, options }],
  } satisfies Memory);
}

export interface ChangedOption {
  option: string;
  before: unknown;
  now: unknown;
}

/** The options in which this import differs from an earlier one of the same files. */
export async function changedOptions(store: Store, plan: ImportPlan): Promise<ChangedOption[] | undefined> {
  const { imports } = await readMemory(store, plan.imports);
  const same = imports.findLast((one) => one.hashes.join() === plan.hashes.join());
  return same && differences(same.options, plan.reading);
}

/** The same of one file; undefined if no import read it. */
export function changedSince(memory: Memory, plan: ImportPlan, file: SourceFile): ChangedOption[] | undefined {
  const same = memory.imports.findLast((one) => one.hashes.includes(plan.hashes[file.index]));
  return same && differences(same.options, plan.reading);
}

function differences(before: ReadingOptions, now: ReadingOptions): ChangedOption[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names]
    .filter((option) => JSON.stringify(before[option]) !== JSON.stringify(now[option]))
    .map((option) => ({ option, before: before[option], now: now[option] }));
}

/** Length and hash of a file as `ImportedLog` has them. @param hash that of the file as it lies on disk */
export async function measureLog(file: SourceFile, hash: string): Promise<{ bytes: number; sha256: string }> {
  const { compression } = file.dialect;
  // A file that is not compressed has the hash that is known already.
  if (compression === 'none') return { bytes: (await stat(file.path)).size, sha256: hash };
  const sha256 = createHash('sha256');
  let bytes = 0;
  for await (const chunk of openUnpacked(file.path, compression)) {
    sha256.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest('hex') };
}

/** The longest log of an earlier import, read in the same way, that is the beginning of the file. */
export async function findImportedPart(
  file: SourceFile,
  plan: ImportPlan,
  logs: readonly ImportedLog[],
): Promise<ImportedLog | undefined> {
  const key = readingKey(file, plan);
  const candidates = logs.filter((log) => log.key === key && log.bytes > 0).sort((a, b) => a.bytes - b.bytes);
  if (file.format === 'parquet' || candidates.length === 0) return undefined;
  const hash = createHash('sha256');
  let at = 0;
  let last = 0;
  let found: ImportedLog | undefined;
  /** A part whose hash agrees, and that ends inside the line if the next byte goes on with it. */
  let pending: ImportedLog | undefined;
  for await (const chunk of openUnpacked(file.path, file.dialect.compression)) {
    if (pending !== undefined && endsLine(last, chunk[0])) found = pending;
    pending = undefined;
    let from = 0;
    while (candidates.length > 0 && candidates[0].bytes <= at + chunk.length) {
      const candidate = candidates.shift()!;
      const to = candidate.bytes - at;
      hash.update(chunk.subarray(from, to));
      from = to;
      if (hash.copy().digest('hex') !== candidate.sha256) continue;
      if (to === chunk.length) pending = candidate;
      else if (endsLine(to === 0 ? last : chunk[to - 1], chunk[to])) found = candidate;
    }
    if (candidates.length === 0 && pending === undefined) break;
    hash.update(chunk.subarray(from));
    at += chunk.length;
    last = chunk[chunk.length - 1];
  }
  return found;
}

/** UTF-16 has a zero beside the line feed. */
const endsLine = (before: number, next: number) =>
  [before, next].some((byte) => byte === LINE_FEED || byte === 13) || before === 0;
