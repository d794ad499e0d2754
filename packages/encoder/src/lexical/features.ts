/**
 * A text as hashed features: words, word bigrams, and character n-grams inside words, which match
 * plural, compound and misspelt words. Scripts without spaces (Chinese, Japanese, Thai) give
 * characters and character bigrams instead of words. There is no vocabulary: a feature is its
 * 32-bit hash (FNV-1a with an avalanche step).
 */

/** Lengths of character n-grams, word boundaries included. */
const MIN_GRAM = 3;
const MAX_GRAM = 5;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Longer words are truncated: a megabyte without a space must not give a megabyte of n-grams. */
const MAX_WORD = 64;

/** Feature hash → number of occurrences. */
export function countFeatures(text: string): Map<number, number> {
  const counts = new Map<number, number>();
  const add = (kind: number, feature: string) => {
    const hash = hashOf(kind, feature);
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  };
  let previous: string | undefined;
  for (const [match] of text.toWellFormed().normalize('NFKC').toLowerCase().matchAll(WORD)) {
    if (UNSPACED.test(match)) {
      const characters = [...match];
      characters.forEach((character, at) => {
        add(1, character);
        if (at > 0) add(2, characters[at - 1] + character);
      });
      previous = undefined;
      continue;
    }
    const word = match.slice(0, MAX_WORD);
    add(1, word);
    if (previous !== undefined) add(2, `${previous} ${word}`);
    previous = word;
    const bounded = `<${word}>`;
    for (let size = MIN_GRAM; size <= MAX_GRAM; size++)
      for (let at = 0; at + size <= bounded.length; at++) add(3, bounded.slice(at, at + size));
  }
  return counts;
}

function hashOf(kind: number, feature: string): number {
  let hash = 2166136261 ^ kind;
  for (let i = 0; i < feature.length; i++) hash = Math.imul(hash ^ feature.charCodeAt(i), 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) | 0;
}
