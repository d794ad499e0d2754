/**
 * The habits of quoting and escaping of a table, from evidence in all of its lines: the habit under
 * which the most lines have the right number of fields. Without evidence it is RFC 4180 for commas
 * and semicolons, and no quotes for other separators.
 */
import { errorCode } from '@lorekeep/core';
import { readRecords } from '../records.ts';
import type { TableSyntax } from '../table.ts';

/** A field in quotes; a quote inside is doubled, or follows a backslash. */
const IN_QUOTES = /^"(?:[^"\\]|\\.|""|\\(?="$))*"$/s;

/** The end of a quoted field: a quote that is neither doubled nor behind a backslash. */
const TAIL = /(?<!["\\])(?:"")*"$/;

/** What the lines are under one habit. */
interface Tally {
  /** Records with another number of fields than the first one, or with text after a quote. */
  bad: number;
  /** Fields in quotes as CSV has them, and fields that only begin or only end with a quote. */
  matched: number;
  lone: number;
  tails: number;
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
  // The usual quotes need no evidence; a pass over the file looks for other habits.
  if (!hasBackslash && (!hasQuote || (usual && !sample.includes(`${separator} "`)))) return syntax;

  const plain = await tallyOf(evidence, syntax);
  const showsQuotes = hasQuote && !usual && (await hasQuotedFields(evidence, plain));
  if (showsQuotes) syntax = { ...syntax, quoted: true };
  // MySQL's and PostgreSQL's text files: `\N`, and every other backslash begins an escape.
  const isDump = !syntax.quoted && plain.nulls > 0 && plain.escapes > 0 && plain.paths === 0;
  if (isDump) return { ...syntax, backslash: true };
  let best = showsQuotes ? (await tallyOf(evidence, syntax)).bad : plain.bad;
  const quotes = hasQuote && !usual && !showsQuotes ? [false, true] : [syntax.quoted];
  for (const backslash of hasBackslash ? [false, true] : [false]) {
    for (const quoted of quotes) {
      if (best === 0) break;
      const { bad } = await tallyOf(evidence, { ...syntax, quoted, backslash });
      if (bad < best) [syntax, best] = [{ ...syntax, quoted, backslash }, bad];
    }
  }
  if (syntax.quoted && sample.includes(`${separator} "`)) {
    const padded = { ...syntax, padded: true };
    const inSample = { ...evidence, open: () => inOneBlock(sample), skippedLines: 0 };
    const [plain, other] = [await tallyOf(inSample, syntax), await tallyOf(inSample, padded)];
    if (other.bad < plain.bad) syntax = padded;
  }
  return syntax;
}

/**
 * Whether every quote that begins a field has its end: in the same field, or further on if the field
 * has separators or line breaks.
 */
async function hasQuotedFields(evidence: QuotingEvidence, { matched, lone, tails }: Tally): Promise<boolean> {
  if (lone === 0) return matched > 0;
  if (lone !== tails) return false;
  for (const backslash of evidence.hasBackslash ? [false, true] : [false]) {
    const { separator } = evidence;
    if ((await tallyOf(evidence, { separator, quoted: true, padded: false, backslash })).bad === 0) return true;
  }
  return false;
}

async function* inOneBlock(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function tallyOf({ file, open, separator, skippedLines }: QuotingEvidence, syntax: TableSyntax): Promise<Tally> {
  const tally: Tally = { bad: 0, matched: 0, lone: 0, tails: 0, nulls: 0, escapes: 0, paths: 0 };
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
    if (IN_QUOTES.test(field)) tally.matched++;
    else tally.lone++;
  } else if (TAIL.test(field)) tally.tails++;
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
