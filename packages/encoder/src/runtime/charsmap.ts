/**
 * The character map of SentencePiece models such as XLM-R (`Precompiled` in `tokenizer.json`): it
 * replaces characters by others. The tokenizer library approximates it by NFKC; this file reads the
 * map itself.
 *
 * The map is a double-array trie over UTF-8 (Aoe 1989, in the format of Darts) with offsets into a
 * list of replacements that end with a zero byte. As in the reference, a grapheme of less than six
 * bytes is first looked up as a whole, and the shortest matching prefix is used.
 */

/** @throws Error if the map is invalid */
export function readCharsmap(base64: string): (text: string) => string {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (bytes.length < 4) throw new Error('the character map is empty');
  const view = new DataView(bytes.buffer);
  const trieBytes = view.getUint32(0, true);
  if (trieBytes % 4 !== 0 || trieBytes < 4 || 4 + trieBytes > bytes.length)
    throw new Error('the character map is truncated');
  const units = new Uint32Array(bytes.slice(4, 4 + trieBytes).buffer);
  const replacements = bytes.subarray(4 + trieBytes);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

  const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
  /** The replacement of the shortest prefix of `key` that has one. */
  const lookUp = (key: Uint8Array): string | undefined => {
    let node = offsetOf(units[0]);
    for (const byte of key) {
      if (byte === 0) return undefined;
      node ^= byte;
      if (node >= units.length) return undefined;
      const unit = units[node];
      if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
      node ^= offsetOf(unit);
      if ((unit & 0x100) === 0) continue;
      const begin = units[node] & 0x7fffffff;
      const end = replacements.indexOf(0, begin);
      return decoder.decode(replacements.subarray(begin, end === -1 ? undefined : end));
    }
    return undefined;
  };
  const cache = new Map<string, string>();
  const replaced = (piece: string, key: Uint8Array): string | undefined => {
    const cached = cache.get(piece);
    if (cached !== undefined) return cached;
    const found = lookUp(key);
    if (found !== undefined && cache.size < 10_000) cache.set(piece, found);
    return found;
  };
  const characterOf = (character: string) => replaced(character, encoder.encode(character)) ?? character;

  return (text) => {
    let result = '';
    for (const { segment } of graphemes.segment(text)) {
      const key = encoder.encode(segment);
      const whole = key.length < 6 ? replaced(segment, key) : undefined;
      result += whole ?? Array.from(segment, characterOf).join('');
    }
    return result;
  };
}
