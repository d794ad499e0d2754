/**
 * Words that exports write where there is no value: pandas, Python, JavaScript, SQL dumps and
 * spreadsheets. They mean the same in every column and on both sides, so an item or a user that is
 * really called "null" cannot be told from a missing one and is refused as missing.
 */
export const MISSING_WORDS: readonly string[] = [
  'nan',
  'none',
  'null',
  'undefined',
  '\\n',
  'n/a',
  '#n/a',
  '<na>',
  'nat',
];

const WORDS = new Set(MISSING_WORDS);
const LONGEST = Math.max(...MISSING_WORDS.map(({ length }) => length));

/** @param text without blanks at its ends */
export function isMissingWord(text: string): boolean {
  return text.length <= LONGEST && WORDS.has(text.toLowerCase());
}

/** Whether a value of any type stands for "no value". A dash counts only where `dash` allows it. */
export function isMissing(value: unknown, dash = false): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'number') return Number.isNaN(value);
  if (typeof value !== 'string') return false;
  const text = value.trim();
  return text === '' || isMissingWord(text) || (dash && /^[-–—]+$/.test(text));
}

/** The same for SQL: true for a string without blanks at its ends that is a word for "no value". */
export function missingWordSql(column: string): string {
  const words = MISSING_WORDS.map((word) => `'${word}'`).join(', ');
  return `(length(${column}) <= ${LONGEST} AND lower(${column}) IN (${words}))`;
}
