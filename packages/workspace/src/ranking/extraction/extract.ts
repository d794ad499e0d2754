/**
 * Impressions with progressive knowledge as a file: the training data of a ranker that is not ours.
 * One row per impression: who, what, where, when, the outcomes as 0 and 1, and the numbers of K under
 * the names that the General Knowledge Center gives them.
 */
import { open, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { type RunContext, systemError } from '@lorekeep/core';
import { servedSchema } from '@lorekeep/knowledge';
import { columnNames } from '@lorekeep/recommender';
import type { ImpressionLog } from '@lorekeep/store';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { findProgressive, loadProgressive } from '../pretraining/progressive-rows.ts';
import { checkSurfaces, readRankingData } from '../read-data.ts';
import { type KnowledgeManifest, knowledgeDir, readLearned } from '../versions.ts';

/** What is written, and where. */
export interface KnowledgeExtractOptions {
  /** The file to write: `.parquet`, `.csv` or `.ndjson`. */
  out: string;
  /** A pre-trained version. Default: the newest. */
  version?: string;
  /** Only impressions on these surfaces. Default: all. */
  surfaces?: readonly string[];
}

/** What was written. */
export interface KnowledgeExtractResult {
  out: string;
  version: string;
  rows: number;
  /** Impressions without knowledge, which are left out: history, or newer than the version. */
  leftOut: number;
  /** Names of the columns, in order. */
  columns: string[];
  /** Those of the knowledge. */
  knowledge: string[];
}

const FORMATS = ['.parquet', '.csv', '.ndjson'] as const;
/** Rows that are written at once. */
const BATCH = 8192;

export async function knowledgeExtract(
  state: WorkspaceState,
  { out, version: wanted, surfaces }: KnowledgeExtractOptions,
  context: RunContext,
): Promise<KnowledgeExtractResult> {
  const format = FORMATS.find((one) => one === extname(out).toLowerCase());
  if (format === undefined) throw errors.EXTRACT_FORMAT({ out, allowed: [...FORMATS] });
  const directory = await knowledgeDir(state, wanted);
  const { version, tasks } = await readLearned<KnowledgeManifest>(directory);
  const data = await readRankingData(state);
  checkSurfaces(data, surfaces);
  const { log } = data;
  const progressive = await loadProgressive(directory);
  const found = findProgressive(log, progressive);
  const names = columnNames(
    servedSchema(
      tasks.map(({ outcome }) => outcome),
      1,
    ),
  );
  const numbers = surfaces && new Set(surfaces.map((surface) => log.surfaceNames.indexOf(surface)));
  const isWanted = (row: number) => numbers?.has(log.surfaces[row]) ?? true;
  const rows = Int32Array.from(found.keys()).filter(isWanted);
  const kept = rows.filter((row) => found[row] >= 0);
  const outcomes = log.outcomeNames.map((name) => `outcome ${name}`);
  const columns = ['user', 'item', 'timestamp', 'surface', 'request', 'position', ...outcomes, ...names];
  const temporary = `${out}.${process.pid}.tmp`;
  const text = format === '.parquet' ? `${temporary}.csv` : temporary;
  try {
    await writeRows(text, batches());
    if (format === '.parquet') {
      const { csvToParquet } = await import('./parquet.ts');
      await csvToParquet(text, temporary, columns, names, outcomes);
      await rm(text);
    }
    await rename(temporary, out);
  } catch (error) {
    await rm(text, { force: true });
    await rm(temporary, { force: true });
    throw systemError(error, out);
  }
  return { out, version, rows: kept.length, leftOut: rows.length - kept.length, columns, knowledge: names };

  function* batches(): Generator<string> {
    if (format !== '.ndjson') yield `${columns.map(csvCell).join(',')}\n`;
    for (let first = 0; first < kept.length; first += BATCH) {
      context.signal?.throwIfAborted();
      let part = '';
      for (const row of kept.subarray(first, first + BATCH)) {
        const at = found[row] * progressive.width;
        const cells = [...cellsOf(log, row), ...progressive.values.subarray(at, at + progressive.width)];
        part += format === '.ndjson' ? ndjsonLine(columns, cells) : csvLine(cells);
      }
      yield part;
      context.progress?.({
        stage: 'extract',
        done: Math.min(kept.length, first + BATCH),
        total: kept.length,
        unit: 'impressions',
      });
    }
  }
}

type Cell = string | number | null;

const cellsOf = (log: ImpressionLog, row: number): Cell[] => [
  log.userIds[log.users[row]],
  log.itemIds[log.items[row]],
  log.timestamps[row],
  log.surfaces[row] < 0 ? null : log.surfaceNames[log.surfaces[row]],
  // As text: it has up to 53 bits, and equal lists have equal numbers.
  log.requests[row] === 0 ? null : String(log.requests[row]),
  log.positions[row] < 0 ? null : log.positions[row],
  ...log.outcomeNames.map((_, bit) => (log.outcomes[row] >>> bit) & 1),
];

const csvCell = (cell: Cell): string => {
  if (cell === null) return '';
  const text = String(cell);
  return typeof cell === 'string' && (/[",\r\n]/.test(text) || text === '') ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\n`;
const ndjsonLine = (columns: readonly string[], cells: readonly Cell[]) =>
  `${JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, cells[at]])))}\n`;

async function writeRows(file: string, parts: Iterable<string>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const part of parts) await handle.writeFile(part);
  } finally {
    await handle.close();
  }
}
