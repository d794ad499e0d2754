import type { Mapping } from '../mappings/mapping.ts';
import type { RawFormat } from '../raw/amazon.ts';
import type { Compression, Format } from './format.ts';

/** How the bytes of a file become names and cells: what a report tells, and all that a reader needs. */
export interface Dialect {
  format: Format;
  compression: Compression;
  /** A label of the Encoding Standard: `'utf-8'`, `'windows-1252'`, …, or `'utf-32le'`, `'utf-32be'`. */
  encoding: string;
  /** What stands between the fields of a table. */
  separator?: string;
  /** Whether a field of a table that begins with a double quote ends with one. */
  quoted?: boolean;
  /** Whether blanks may stand between a separator and an opening quote. */
  padded?: boolean;
  /** Whether a backslash takes away the meaning of the next character of a table. */
  backslash?: boolean;
  /** Where the names of the columns come from; `'none'` for JSON and Parquet, which name each value. */
  header: 'first line' | 'given' | 'known layout' | 'none';
  /** The names of the columns of a table; of JSON, the names and paths in its first records. */
  names?: string[];
  /** Set if each line of a table is a record, without quotes and escapes: the number of lines. */
  plainLines?: number;
  /** Lines before the table that are not read: Excel's `sep=;`, comments, the title of a report. */
  skippedLines?: number;
  /** A cell that each row has beyond the header: an empty one at the end, or R's row names. */
  extraCell?: 'last' | 'first';
  /** Of the format `json`: the path of the list of records; empty for a list at the top. */
  recordPath?: string;
  /** Of JSON: the paths of lists of objects inside the first records. */
  lists?: string[];
  /** What the numbers in messages count. */
  numbering: 'lines' | 'records';
}

/** One file of an import. */
export interface SourceFile {
  path: string;
  format: Format;
  dialect: Dialect;
  /** Set for a public raw file. */
  raw?: RawFormat;
  /** Set for the log of another program: each of its lines becomes events. */
  mapping?: Mapping;
  /** Its position among all files of the import, catalogue files first. */
  index: number;
  /** Whether a folder or a pattern named it, so that its partition is part of its identity. */
  listed: boolean;
  /** Columns that the names of its folders give: `day=2024-01-01`. */
  partition?: Record<string, string | null>;
  /** Paths into nested values (`product.id`, `items.item_id`) that become columns: given, or recognised. */
  paths?: string[];
}
