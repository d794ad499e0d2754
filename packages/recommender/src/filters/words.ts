/** Words of a text, as `match` compares them. */

/** As the lexical encoder reads words. */
const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/** The distinct words of a text, in lower case. */
export function wordsOf(text: string): Set<string> {
  const words = new Set<string>();
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(WORD)) words.add(word);
  return words;
}
