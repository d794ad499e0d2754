/**
 * How long a text may be, and who gives way when it is longer. A model reads so many tokens and forgets the rest, so a
 * long description must not push out brand or category: the budget is shared as water fills vessels. Fields shorter
 * than an equal share keep every word, the longer ones are cut to one common length.
 *
 * Tokens are estimated, by one rule for all models: a letter run of a Latin script is a token for every six letters
 * begun, a digit run one for every three, any other sign (Chinese, Arabic, punctuation, emoji) is one. That is between 4 %
 * less and 10 % more than all-MiniLM-L6-v2 counts on four catalogues of item texts.
 */

const LETTERS_A_TOKEN = 6;
const DIGITS_A_TOKEN = 3;

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

/** About how many tokens a model makes of a cleaned text. Never more than it has characters. */
export const estimateTokens = (text: string): number => scan(text, Number.POSITIVE_INFINITY).tokens;

/** Counts until `most` are exceeded. `end`: so much of the text is within; `word`: the end of the last whole word there. */
function scan(text: string, most: number): { tokens: number; end: number; word: number } {
  let tokens = 0;
  let run = 0;
  let before = SPACE;
  let word = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // The second half of a pair was counted with its first.
    if (code >= 0xdc00 && code < 0xe000) continue;
    const kind = kindOf(code);
    if (kind === SPACE) word = at;
    run = kind === before ? run + 1 : 1;
    const fresh =
      kind === SIGN ||
      (kind === LETTER && run % LETTERS_A_TOKEN === 1) ||
      (kind === DIGIT && run % DIGITS_A_TOKEN === 1);
    if (fresh && ++tokens > most) return { tokens, end: at, word };
    before = kind;
  }
  return { tokens, end: text.length, word: text.length };
}

/** At most so many tokens of a text, whole words unless that would lose more than half; no separator dangles. */
export function cutToTokens(text: string, tokens: number): string {
  const { end, word } = scan(text, tokens);
  if (end === text.length) return text;
  return text.slice(0, 2 * word >= end ? word : end).replace(/[\s,;:([{/–-]+$/, '');
}

/**
 * Cuts the longest of some values, until together they have at most `budget` tokens; each keeps one at least.
 * @param values cleaned texts
 */
export function shareTokens(values: readonly string[], budget: number): string[] {
  const characters = values.reduce((sum, value) => sum + value.length, 0);
  if (characters <= budget) return values.slice();
  const tokens = values.map(estimateTokens);
  let left = budget;
  let sharers = values.length;
  // From the shortest up: who needs less than an equal share of what is left takes that, and leaves more to the others.
  for (const need of tokens.toSorted((a, b) => a - b)) {
    if (need * sharers > left) break;
    left -= need;
    sharers--;
  }
  const level = sharers === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(left / sharers));
  return values.map((value, at) => (tokens[at] > level ? cutToTokens(value, level) : value));
}
