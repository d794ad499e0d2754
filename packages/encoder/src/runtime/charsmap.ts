/**
 * The character map of SentencePiece models, as XLM-R and its descendants carry it (`Precompiled` in `tokenizer.json`):
 * which characters are written as which others. The tokenizer library approximates it by NFKC; here it is read.
 *
 * The map is a double-array trie over UTF-8 (Aoe 1989, as Darts stores it) with offsets into a text of replacements that
 * end in a zero byte. As the reference does, a grapheme of less than six bytes is looked up as a whole first, and of
 * what is found the shortest beginning counts.
 */

/** @throws Error if the map is not one */
export function readCharsmap(base64: string): (text: string) => string {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  if (bytes.length < 4) throw new Error('the character map is empty');
  const view = new DataView(bytes.buffer);
  const trieBytes = view.getUint32(0, true);
  if (trieBytes % 4 !== 0 || trieBytes < 4 || 4 + trieBytes > bytes.length)
    throw new Error('the character map is cut short');
  const units = new Uint32Array(bytes.slice(4, 4 + trieBytes).buffer);
  const replacements = bytes.subarray(4 + trieBytes);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

  const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
  /** The replacement of the shortest beginning of `key` that has one. */
  const lookUp = (key: Uint8Array): string | undefined => {
    let place = offsetOf(units[0]);
    for (const byte of key) {
      if (byte === 0) return undefined;
      place ^= byte;
      if (place >= units.length) return undefined;
      const unit = units[place];
      if ((unit & 0x800000ff) >>> 0 !== byte) return undefined;
      place ^= offsetOf(unit);
      if ((unit & 0x100) === 0) continue;
      const begin = units[place] & 0x7fffffff;
      const end = replacements.indexOf(0, begin);
      return decoder.decode(replacements.subarray(begin, end === -1 ? undefined : end));
    }
    return undefined;
  };
  const known = new Map<string, string>();
  const replaced = (piece: string, key: Uint8Array): string | undefined => {
    const cached = known.get(piece);
    if (cached !== undefined) return cached;
    const found = lookUp(key);
    if (found !== undefined && known.size < 10_000) known.set(piece, found);
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
