/**
 * A text as hashed features: words, pairs of neighbouring words, and character n-grams inside words, which let plural,
 * compound and misspelt words meet. Scripts written without blanks (Chinese, Japanese, Thai) give characters and pairs
 * of characters instead of words. No vocabulary is kept: a feature is its 32-bit hash (FNV-1a with an avalanche step).
 */

/** Character n-grams of alphabetic words, word boundaries included. */
const SHORTEST = 3;
const LONGEST = 5;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** Words longer than this are cut: nobody's vocabulary, and a megabyte without a blank must not cost a megabyte of n-grams. */
const LONGEST_WORD = 64;

/** Feature hash → how often it occurs. */
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
    const word = match.slice(0, LONGEST_WORD);
    add(1, word);
    if (previous !== undefined) add(2, `${previous} ${word}`);
    previous = word;
    const bounded = `<${word}>`;
    for (let size = SHORTEST; size <= LONGEST; size++)
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
