/**
 * Estimates tokens with one rule for all models: six letters of a Latin script are one token, three
 * digits are one token (a started group counts), any other character (Chinese, Arabic, punctuation,
 * emoji) is one token. On four catalogues of item texts this gave between 4 % fewer and 10 % more
 * tokens than all-MiniLM-L6-v2 counts.
 */

const LETTERS_PER_TOKEN = 6;
const DIGITS_PER_TOKEN = 3;

const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
const SIGN = 3;

function kindOf(code: number): number {
  if (code === 32) return SPACE;
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return LETTER;
  if (code >= 48 && code <= 57) return DIGIT;
  // Latin letters with accents.
  if (code >= 0xc0 && code < 0x250) return LETTER;
  return SIGN;
}

/** Approximate tokens of a cleaned text. Never more than its characters. */
export const estimateTokens = (text: string): number => scanTokens(text, Number.POSITIVE_INFINITY).tokens;

/**
 * Counts tokens until more than `limit` are found.
 * @returns `end`: length of the text within the limit; `wordEnd`: end of the last complete word
 *   within it
 */
export function scanTokens(text: string, limit: number): { tokens: number; end: number; wordEnd: number } {
  let tokens = 0;
  let run = 0;
  let previous = SPACE;
  let wordEnd = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // The second half of a surrogate pair was counted with the first.
    if (code >= 0xdc00 && code < 0xe000) continue;
    const kind = kindOf(code);
    if (kind === SPACE) wordEnd = at;
    run = kind === previous ? run + 1 : 1;
    const startsToken =
      kind === SIGN ||
      (kind === LETTER && run % LETTERS_PER_TOKEN === 1) ||
      (kind === DIGIT && run % DIGITS_PER_TOKEN === 1);
    if (startsToken && ++tokens > limit) return { tokens, end: at, wordEnd };
    previous = kind;
  }
  return { tokens, end: text.length, wordEnd: text.length };
}
