/**
 * A prefix of a long text that is enough for its tokens, so that a megabyte is not tokenised to
 * keep 256 tokens.
 */

/**
 * A longer run without white space, or of white space only, ends the text: tokenizers are too slow
 * for it.
 */
const MAX_RUN = 8192;
/** Characters read per token. Real words have about a tenth of that. */
const CHARACTERS_PER_TOKEN = 64;

/**
 * A prefix that fills `maxLength` tokens: it ends after `maxLength` words that contain a letter,
 * digit or sign, each of which is at least one token. A text with hardly any words ends after
 * `CHARACTERS_PER_TOKEN` characters per token, or after a run that is too long. A short text is
 * returned unchanged.
 */
export function prefixFor(text: string, maxLength: number): string {
  if (text.length <= 32 * maxLength && text.length <= MAX_RUN) return text;
  const limit = Math.min(text.length, CHARACTERS_PER_TOKEN * Math.max(maxLength, 512));
  let words = 0;
  let wordStart = 0;
  /** Whether the current run is white space, and where it started. */
  let inSpace = false;
  let runStart = 0;
  for (let at = 0; at < limit; at++) {
    const code = text.charCodeAt(at);
    const isSpace = code === 32 || code === 10 || code === 13 || code === 9;
    if (isSpace !== inSpace) {
      inSpace = isSpace;
      runStart = at;
    } else if (at - runStart >= MAX_RUN) return cutAt(text, at);
    if (!isSpace) continue;
    if (at > wordStart && /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.slice(wordStart, at)) && ++words === maxLength)
      return text.slice(0, at);
    wordStart = at + 1;
  }
  return cutAt(text, limit);
}

/** The first `size` characters, without half of a surrogate pair at the end. */
function cutAt(text: string, size: number): string {
  const last = text.charCodeAt(size - 1);
  return text.slice(0, size < text.length && last >= 0xd800 && last <= 0xdbff ? size - 1 : size);
}
