import type { RawFormat } from '../raw/amazon.ts';
import type { Format } from './format.ts';

/** One file of an import. */
export interface SourceFile {
  path: string;
  format: Format;
  /** Set for a public raw file. */
  raw?: RawFormat;
  /** Its position among all files of the import, catalogue files first. */
  index: number;
}
