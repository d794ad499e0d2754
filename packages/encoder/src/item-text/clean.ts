/**
 * Cleans shop data before it is hashed or encoded: HTML tags and entities, control characters, runs
 * of white space, lone surrogates. A lone surrogate becomes U+FFFD, as it would in UTF-8.
 */
import { decodeHTMLStrict } from 'entities';

/**
 * Invisible characters: C0, DEL and C1 without their white space, which is folded below; soft
 * hyphen, zero-width space and word joiner; marks of writing direction. The zero-width joiner is
 * kept: emoji and Indic scripts need it.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]/g;

/**
 * Plain text of a field: removes tags, decodes entities once, removes invisible characters, folds
 * white space, trims.
 */
export function clean(field: string | undefined): string {
  if (!field) return '';
  const untagged = field.includes('<') ? withoutTags(field) : field;
  const decoded = untagged.includes('&') ? decodeHTMLStrict(untagged) : untagged;
  return decoded.toWellFormed().replace(INVISIBLE, '').replace(/\s+/g, ' ').trim();
}

/**
 * Replaces every tag and comment, and the content of `script` and `style`, by a space. `a < b` is
 * kept: the bracket of a tag is followed by a letter, `/` or `!`. Linear time for every text: a
 * pattern that was not found is not searched again.
 */
function withoutTags(text: string): string {
  const parts: string[] = [];
  const absent = new Set<string>();
  /** End of the next match of `pattern`, or 0. */
  const endOf = (pattern: RegExp, from: number) => {
    if (absent.has(pattern.source)) return 0;
    pattern.lastIndex = from;
    if (pattern.test(text)) return pattern.lastIndex;
    absent.add(pattern.source);
    return 0;
  };
  let kept = 0;
  let closing = -1;
  for (let open = text.indexOf('<'); open >= 0; ) {
    const next = text.indexOf('<', open + 1);
    if (closing <= open) closing = text.indexOf('>', open + 1);
    if (closing < 0) break;
    let end = 0;
    if (text.startsWith('<!--', open)) end = endOf(/-->/g, open + 4);
    else if (/[a-z/!]/i.test(text[open + 1]) && (next < 0 || closing < next)) {
      end = closing + 1;
      const invisible = /^<(script|style)\b/i.exec(text.slice(open, open + 8))?.[1].toLowerCase();
      if (invisible !== undefined) end = endOf(new RegExp(`</${invisible}[^<>]*>`, 'gi'), end) || end;
    }
    if (end === 0) {
      open = next;
      continue;
    }
    parts.push(text.slice(kept, open));
    kept = end;
    open = text.indexOf('<', end);
  }
  parts.push(text.slice(kept));
  return parts.join(' ');
}
