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
import type { ImpressionColumns } from '@lorekeep/store';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { checkSurfaces, type LoggedData, withLog } from '../log/read-data.ts';
import type { SpooledLog } from '../log/spooled-log.ts';
import { openProgressive } from '../pretraining/progressive-rows.ts';
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
  options: KnowledgeExtractOptions,
  context: RunContext,
): Promise<KnowledgeExtractResult> {
  const { out, version: wanted } = options;
  const format = FORMATS.find((one) => one === extname(out).toLowerCase());
  if (format === undefined) throw errors.EXTRACT_FORMAT({ out, allowed: [...FORMATS] });
  const directory = await knowledgeDir(state, wanted);
  return withLog(state, (data) => extract(data, directory, format, options, context));
}

async function extract(
  { log }: LoggedData,
  directory: string,
  format: (typeof FORMATS)[number],
  { out, surfaces }: KnowledgeExtractOptions,
  context: RunContext,
): Promise<KnowledgeExtractResult> {
  const { version, tasks } = await readLearned<KnowledgeManifest>(directory);
  checkSurfaces(log, surfaces);
  const progressive = await openProgressive(directory);
  const names = columnNames(
    servedSchema(
      tasks.map(({ outcome }) => outcome),
      1,
    ),
  );
  const numbers = surfaces && new Set(surfaces.map((surface) => log.surfaceNames.indexOf(surface)));
  const isWanted = (surface: number) => numbers?.has(surface) ?? true;
  const outcomes = log.outcomeNames.map((name) => `outcome ${name}`);
  const columns = ['user', 'item', 'timestamp', 'surface', 'request', 'position', ...outcomes, ...names];
  let rows = 0;
  let leftOut = 0;
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
  return { out, version, rows, leftOut, columns, knowledge: names };

  async function* batches(): AsyncGenerator<string> {
    if (format !== '.ndjson') yield `${columns.map(csvCell).join(',')}\n`;
    for (const part of log.parts) {
      const logged = await log.read(part);
      const { places, values, width } = await progressive.find(logged, log);
      for (let first = 0; first < part.rows; first += BATCH) {
        context.signal?.throwIfAborted();
        let lines = '';
        for (let row = first; row < Math.min(part.rows, first + BATCH); row++) {
          if (!isWanted(logged.surfaces[row])) continue;
          if (places[row] < 0) {
            leftOut++;
            continue;
          }
          rows++;
          const at = places[row] * width;
          const cells = [...cellsOf(log, logged, row), ...values.subarray(at, at + width)];
          lines += format === '.ndjson' ? ndjsonLine(columns, cells) : csvLine(cells);
        }
        yield lines;
        const done = part.first + Math.min(part.rows, first + BATCH);
        context.progress?.({ stage: 'extract', done, total: log.impressions, unit: 'impressions' });
      }
    }
  }
}

type Cell = string | number | null;

const cellsOf = (names: SpooledLog, columns: ImpressionColumns, row: number): Cell[] => [
  names.userIds[columns.users[row]],
  names.itemIds[columns.items[row]],
  columns.timestamps[row],
  columns.surfaces[row] < 0 ? null : names.surfaceNames[columns.surfaces[row]],
  // As text: it has up to 53 bits, and equal lists have equal numbers.
  columns.requests[row] === 0 ? null : String(columns.requests[row]),
  columns.positions[row] < 0 ? null : columns.positions[row],
  ...names.outcomeNames.map((_, bit) => (columns.outcomes[row] >>> bit) & 1),
];

const csvCell = (cell: Cell): string => {
  if (cell === null) return '';
  const text = String(cell);
  return typeof cell === 'string' && (/[",\r\n]/.test(text) || text === '') ? `"${text.replaceAll('"', '""')}"` : text;
};
const csvLine = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\n`;
const ndjsonLine = (columns: readonly string[], cells: readonly Cell[]) =>
  `${JSON.stringify(Object.fromEntries(columns.map((column, at) => [column, cells[at]])))}\n`;

async function writeRows(file: string, parts: AsyncIterable<string>): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for await (const part of parts) await handle.writeFile(part);
  } finally {
    await handle.close();
  }
}
