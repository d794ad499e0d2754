/**
 * What stands between the fields of a table, from evidence in its first lines: the separator whose
 * count is the same in every line, quotes respected. Two that fit are a question to the user.
 */
import { errors } from '../../errors.ts';
import { cutTable, type TableSyntax } from '../table.ts';

/** Names that an option may use for a separator. */
export const SEPARATOR_NAMES: Record<string, string> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  pipe: '|',
  space: ' ',
  '\\t': '\t',
  '^A': '\x01',
  '\\x01': '\x01',
  '\\001': '\x01',
};

/** A tab or `::` is hardly ever part of a text, a space nearly always. */
const TIERS = [['\t', '::', '\x01'], [',', ';', '|'], [' ']];
const MAX_RECORDS = 1000;
/** The share of lines with the usual number of fields that is enough if no separator fits all. */
const MOST = 0.9;

export interface SeparatorEvidence {
  file: string;
  /** Whole lines from the beginning of the file. */
  text: string;
  /** The separator that the format's name stands for. */
  usual: string | undefined;
  /** Whether an import knows a column of this name. */
  isColumnName: (name: string) => boolean;
}

interface Fit {
  separator: string;
  columns: number;
  /** The share of records that have this number of columns. */
  share: number;
  records: string[][];
}

/**
 * @returns undefined if the text has no separator
 * @throws LorekeepError `IMPORT_SEPARATOR_UNCLEAR`
 */
export function separatorOf({ file, text, usual, isColumnName }: SeparatorEvidence): string | undefined {
  const hasKnownName = ({ records: [header] }: Fit) => header.some(isColumnName);
  if (usual !== undefined) {
    const fit = fitOf(text, usual);
    if (fit !== undefined && fit.records[0].length > 1 && hasKnownName(fit)) return usual;
  }
  // A space separates only if nothing else does and the name of the file promises no other.
  const tiers = usual === undefined ? TIERS : TIERS.slice(0, 2);
  const fits = tiers.map((tier) => tier.map((separator) => fitOf(text, separator)).filter((fit) => fit !== undefined));
  for (const isEnough of [(fit: Fit) => fit.share === 1, (fit: Fit) => fit.share >= MOST]) {
    for (const tier of fits) {
      const good = tier.filter((fit) => fit.columns > 1 && isEnough(fit));
      if (good.length === 0) continue;
      if (good.length === 1) return good[0].separator;
      const known = good.filter(hasKnownName);
      if (known.length === 1) return known[0].separator;
      const candidates = good.map(({ separator, columns }) => ({ separator, columns }));
      throw errors.IMPORT_SEPARATOR_UNCLEAR({ file, candidates });
    }
  }
  return usual;
}

/** Undefined if the text has no record. Quotes and escapes count only if the lines fit better with them. */
function fitOf(text: string, separator: string): Fit | undefined {
  if (!text.includes(separator)) return undefined;
  const habits = [
    { quoted: true, backslash: false },
    { quoted: false, backslash: false },
    ...(text.includes('\\') ? [{ quoted: true, backslash: true }] : []),
  ];
  let best: Fit | undefined;
  for (const habit of habits) {
    const fit = fitWith(text, { separator, padded: false, ...habit });
    if (fit !== undefined && (best === undefined || fit.share > best.share)) best = fit;
  }
  return best;
}

function fitWith(text: string, syntax: TableSyntax): Fit | undefined {
  const records = firstRecords(text, syntax);
  if (records.length === 0) return undefined;
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [columns, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0];
  return { separator: syntax.separator, columns, share: count / records.length, records };
}

/** The first records of a text; the last one may lack its end. */
export function firstRecords(text: string, syntax: TableSyntax): string[][] {
  const records: string[][] = [];
  cutTable(text, 1, syntax, (_line, fields) => {
    if (records.length < MAX_RECORDS) records.push(fields);
  });
  return records;
}

/** A separator from an option: itself, or its name. Undefined if it cannot be one. */
export function separatorOption(given: string): string | undefined {
  const separator = SEPARATOR_NAMES[given] ?? given;
  return separator.length >= 1 && separator.length <= 4 && !/["\n\r\\]/.test(separator) ? separator : undefined;
}
