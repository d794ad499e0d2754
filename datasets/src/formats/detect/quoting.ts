/**
 * The habits of quoting and escaping of a table, from evidence in all of its lines: the habit under
 * which the most lines have the right number of fields. Without evidence it is RFC 4180 for commas
 * and semicolons, and no quotes for other separators.
 */
import { errorCode } from '@lorekeep/core';
import { readRecords } from '../records.ts';
import type { TableSyntax } from '../table.ts';

/** What the lines are under one habit. */
interface Tally {
  /** Records with another number of fields than the first one, or with text after a quote. */
  bad: number;
  /** Fields in quotes as CSV has them, and fields that only begin with a quote. */
  matched: number;
  lone: number;
  /** Fields that are `\N`, escapes that MySQL and PostgreSQL know, and other backslashes. */
  nulls: number;
  escapes: number;
  paths: number;
}

export interface QuotingEvidence {
  file: string;
  separator: string;
  /** The whole text, in UTF-8. Called for each habit that is tried. */
  open: () => AsyncIterable<Buffer>;
  /** Whole lines from the beginning of the text. */
  sample: string;
  hasQuote: boolean;
  hasBackslash: boolean;
  /** Lines at the beginning that are no records. */
  skippedLines: number;
}

export async function tableSyntaxOf(evidence: QuotingEvidence): Promise<TableSyntax> {
  const { separator, hasQuote, hasBackslash, sample } = evidence;
  const usual = separator === ',' || separator === ';';
  let syntax: TableSyntax = { separator, quoted: usual, padded: false, backslash: false };
  if (!hasQuote && !hasBackslash) return syntax;

  let tally: Tally | undefined;
  if (hasQuote && !usual) {
    tally = await tallyOf(evidence, syntax);
    const quoted = { ...syntax, quoted: true };
    if (tally.matched > 0 && tally.lone === 0) syntax = quoted;
    else if (tally.bad > 0) {
      const other = await tallyOf(evidence, quoted);
      if (other.bad < tally.bad) syntax = quoted;
    }
    if (syntax.quoted) tally = undefined;
  }
  if (syntax.quoted && sample.includes(`${separator} "`)) {
    const padded = { ...syntax, padded: true };
    const inSample = { ...evidence, open: () => inOneBlock(sample), skippedLines: 0 };
    const [plain, other] = [await tallyOf(inSample, syntax), await tallyOf(inSample, padded)];
    if (other.bad < plain.bad) syntax = padded;
  }
  if (hasBackslash) {
    tally ??= await tallyOf(evidence, syntax);
    const backslash = { ...syntax, backslash: true };
    // MySQL's and PostgreSQL's text files: `\N`, and every other backslash begins an escape.
    const isDump = !syntax.quoted && tally.nulls > 0 && tally.escapes > 0 && tally.paths === 0;
    if (isDump || (tally.bad > 0 && (await tallyOf(evidence, backslash)).bad < tally.bad)) syntax = backslash;
  }
  return syntax;
}

async function* inOneBlock(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function tallyOf({ file, open, separator, skippedLines }: QuotingEvidence, syntax: TableSyntax): Promise<Tally> {
  const tally: Tally = { bad: 0, matched: 0, lone: 0, nulls: 0, escapes: 0, paths: 0 };
  let width: number | undefined;
  const onRecord = (line: number, fields: string[], problem: string | undefined) => {
    if (line <= skippedLines) return;
    width ??= fields.length;
    if (problem !== undefined || fields.length !== width) tally.bad++;
    for (const field of fields) countField(field, tally);
  };
  try {
    await readRecords(file, open(), syntax, onRecord);
  } catch (error) {
    if (!['IMPORT_UNCLOSED_QUOTE', 'IMPORT_LINE_TOO_LONG'].includes(errorCode(error))) throw error;
    tally.bad = Number.POSITIVE_INFINITY;
  }
  // Escaped separators were read as such only if the habit is that of a dump.
  if (separator !== '\t') tally.escapes = 0;
  return tally;
}

function countField(field: string, tally: Tally): void {
  if (field.startsWith('"')) {
    const isWhole = field.length > 1 && field.endsWith('"') && !field.slice(1, -1).replaceAll('""', '').includes('"');
    if (isWhole) tally.matched++;
    else tally.lone++;
  }
  if (!field.includes('\\')) return;
  if (field === '\\N') {
    tally.nulls++;
    return;
  }
  for (const [, next] of field.matchAll(/\\(.?)/gs)) {
    if (/^[\\ntrbfv0]?$/.test(next)) tally.escapes++;
    else tally.paths++;
  }
}
