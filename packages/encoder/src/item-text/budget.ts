/**
 * How the fields of an item share the tokens that a model reads. A model truncates its input, so a
 * long description must not displace brand or category. Fields shorter than an equal share stay
 * complete, and the longer ones are truncated to one common length.
 */
import { estimateTokens, scanTokens } from './estimate-tokens.ts';

/**
 * Truncates a text to a number of tokens: between words, or inside a word if a cut between words
 * would lose more than half. A separator at the end is removed.
 */
export function truncateTokens(text: string, tokens: number): string {
  const { end, wordEnd } = scanTokens(text, tokens);
  if (end === text.length) return text;
  return text.slice(0, 2 * wordEnd >= end ? wordEnd : end).replace(/[\s,;:([{/–-]+$/, '');
}

/**
 * Truncates the longest values until all together have at most `budget` tokens. Each keeps at least
 * one.
 * @param values cleaned texts
 */
export function shareTokens(values: readonly string[], budget: number): string[] {
  const characters = values.reduce((sum, value) => sum + value.length, 0);
  if (characters <= budget) return values.slice();
  const tokens = values.map(estimateTokens);
  let remaining = budget;
  let sharers = values.length;
  // From the shortest value on: a value that needs less than an equal share leaves the rest to the
  // others.
  for (const need of tokens.toSorted((a, b) => a - b)) {
    if (need * sharers > remaining) break;
    remaining -= need;
    sharers--;
  }
  const limit = sharers === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(remaining / sharers));
  return values.map((value, at) => (tokens[at] > limit ? truncateTokens(value, limit) : value));
}
