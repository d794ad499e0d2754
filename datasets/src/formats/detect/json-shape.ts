/**
 * How the records of a JSON file lie in it: one on each line, in a list at the top, in a list inside
 * one object (`{"products": […]}`), or one after the other over several lines.
 */
import { errors } from '../../errors.ts';
import { parseJsonLine } from '../json/json-line.ts';
import { namesOf } from '../json/paths.ts';
import { createValueCutter, recordsAt } from '../json/split-values.ts';

/** Records that are looked at for the names in them. */
const SAMPLED = 200;

export interface JsonShape {
  format: 'jsonl' | 'json';
  recordPath?: string;
  numbering: 'lines' | 'records';
  /** Names and paths in the first records, and the lists of objects in them. */
  names: string[];
  lists: string[];
}

export interface JsonEvidence {
  file: string;
  /** The beginning of the text, and whether that is all of it. */
  text: string;
  isWhole: boolean;
  /** The whole text, in UTF-8. */
  open: () => AsyncIterable<Buffer>;
  /** `jsonl` if each line must be a record. */
  given: 'jsonl' | 'json' | undefined;
  recordPath: string | undefined;
  isColumnName: (name: string) => boolean;
}

/** Whether a text is JSON, or Python's way to write it, by its first value. */
export function looksLikeJson(text: string): boolean {
  const start = text.trimStart();
  if (/^\[\s*(\{|\]\s*$)/.test(start)) return true;
  if (!start.startsWith('{')) return false;
  const firstLine = start.slice(0, Math.max(start.indexOf('\n'), 0) || start.length);
  return parseJsonLine(firstLine).value !== undefined || /^\{\s*(["'][^"'\n]*["']\s*:|$)/.test(firstLine);
}

/** @throws LorekeepError `IMPORT_RECORD_PATH`, `IMPORT_FILE_UNREADABLE` */
export async function jsonShapeOf(evidence: JsonEvidence): Promise<JsonShape> {
  const { text, given, recordPath } = evidence;
  const start = text.trimStart();
  if (given === 'jsonl' && !/^\[\s*[{\]]/.test(start) && recordPath === undefined) return shapeOfLines(text);
  if (recordPath !== undefined) return shapeOfList(evidence, recordPath);
  if (/^\[\s*([{\]]|$)/.test(start)) return shapeOfList(evidence, '');
  if (!start.startsWith('{')) return shapeOfLines(text);
  const lines = start.split('\n', 3).filter((line) => line.trim() !== '');
  const first = parseJsonLine(lines[0] ?? '').value;
  if (first !== undefined && (lines.length > 1 || !evidence.isWhole)) return shapeOfLines(text);
  if (first !== undefined) {
    // One object is one record, unless it only holds a list of them.
    const isRecord = Object.keys(first).some(evidence.isColumnName);
    return isRecord || !holdsList(first) ? shapeOfLines(text) : shapeOfObject(evidence);
  }
  if (first === undefined && evidence.isWhole && lines.length === 1) return shapeOfLines(text);
  // A line that is cut short is a bad line; a line that opens a bracket is continued.
  if (first === undefined && lines.length > 1 && !/[{[,:]\s*$/.test(lines[0].trimEnd())) return shapeOfLines(text);
  return shapeOfObject(evidence);
}

function holdsList(value: Record<string, unknown>): boolean {
  return Object.values(value).some(
    (inner) =>
      (Array.isArray(inner) && inner.some((element) => typeof element === 'object')) ||
      (typeof inner === 'object' &&
        inner !== null &&
        !Array.isArray(inner) &&
        holdsList(inner as Record<string, unknown>)),
  );
}

function shapeOfLines(text: string): JsonShape {
  const lines = text.split('\n', SAMPLED).filter((line) => line.trim() !== '');
  return { format: 'jsonl', numbering: 'lines', ...sampleOf(lines) };
}

async function shapeOfList({ file, text, isWhole, open }: JsonEvidence, recordPath: string): Promise<JsonShape> {
  const lines: number[] = [];
  const records: string[] = [];
  const cutter = createValueCutter(file, recordsAt(recordPath), (line, bytes) => {
    if (records.length >= SAMPLED) return;
    lines.push(line);
    records.push(bytes.toString());
  });
  cutter.write(Buffer.from(text));
  if (isWhole) cutter.end();
  if (records.length === 0 && recordPath !== '') {
    const { lists } = await survey(file, open());
    if (!lists.has(recordPath))
      throw errors.IMPORT_RECORD_PATH({ file, given: recordPath, candidates: [...lists.keys()] });
  }
  const numbering = new Set(lines).size === lines.length ? 'lines' : 'records';
  return { format: 'json', recordPath, numbering, ...sampleOf(records) };
}

/** The file is an object over several lines, or several of them. */
async function shapeOfObject(evidence: JsonEvidence): Promise<JsonShape> {
  const { file, open, isColumnName } = evidence;
  const { objects, lists, names } = await survey(file, open());
  if (objects > 1) return shapeOfList(evidence, '');
  if ([...names].some(isColumnName)) return shapeOfList(evidence, '');
  const candidates = [...lists.keys()];
  // Lists inside the elements of another list are part of its records.
  const outer = candidates.filter((path) => !path.includes('[]'));
  if (outer.length === 1) return shapeOfList(evidence, outer[0]);
  throw errors.IMPORT_RECORD_PATH({ file, candidates: outer.length > 0 ? outer : candidates });
}

/** How many objects stand at the top, the names in them, and how many objects each list has. */
async function survey(
  file: string,
  blocks: AsyncIterable<Buffer>,
): Promise<{ objects: number; names: Set<string>; lists: Map<string, number> }> {
  let objects = 0;
  const names = new Set<string>();
  const lists = new Map<string, number>();
  const cutter = createValueCutter(
    file,
    (path, isObject) => {
      if (path === '' && isObject) objects++;
      else if (path !== '' && !path.includes('.') && !path.includes('[]')) names.add(path);
      if (!path.endsWith('[]') || !isObject) return false;
      const list = path.slice(0, -2);
      lists.set(list, (lists.get(list) ?? 0) + 1);
      // Its content is passed over as one value.
      return true;
    },
    () => {},
  );
  for await (const block of blocks) cutter.write(block);
  cutter.end();
  return { objects, names, lists };
}

function sampleOf(records: string[]): { names: string[]; lists: string[] } {
  const names = new Set<string>();
  const lists = new Set<string>();
  for (const text of records) {
    const { value } = parseJsonLine(text);
    if (value === undefined) continue;
    const found = namesOf(value);
    for (const name of found.names) names.add(name);
    for (const list of found.lists) lists.add(list);
  }
  return { names: [...names], lists: [...lists] };
}
