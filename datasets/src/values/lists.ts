/**
 * Lists in one cell: categories, genres, tags. A list may be JSON or Python text; otherwise it is
 * split at a separator that the caller names or that the column shows.
 */

/** In a column without `|` and ` > `, one of these may divide the entries. */
const WEAK_SEPARATORS = ['>', ';', ','] as const;

export type ListSeparator = (typeof WEAK_SEPARATORS)[number] | '|' | ' > ';

/** Distinct texts that are kept as evidence. */
const MAX_TEXTS = 2000;

/** What the texts of a column show about their separator. */
export interface ListEvidence {
  add(text: string): void;
  /**
   * The separator besides `|` and ` > `, at which texts are always split. It is absent if the column
   * has one of these two. A comma also stands inside names ("Clothing, Shoes & Jewelry"), so it
   * divides only if the parts occur in several combinations.
   */
  separator(): ListSeparator | undefined;
}

export function createListEvidence(): ListEvidence {
  const texts = new Set<string>();
  let strong = false;
  return {
    add(text) {
      if (strong) return;
      if (text.includes('|') || text.includes(' > ')) strong = true;
      else if (texts.size < MAX_TEXTS && !text.trimStart().startsWith('[')) texts.add(text);
    },
    separator() {
      if (strong) return undefined;
      return WEAK_SEPARATORS.find((separator) => divides(texts, separator));
    },
  };
}

/** Whether at least half of the texts with the separator share an entry with another text. */
function divides(texts: ReadonlySet<string>, separator: string): boolean {
  const uses = new Map<string, number>();
  const lists = [...texts].map((text) => splitAt(text, separator));
  for (const list of lists) for (const part of list) uses.set(part, (uses.get(part) ?? 0) + 1);
  const divided = lists.filter((list) => list.length > 1);
  if (divided.length === 0) return false;
  const shared = divided.filter((list) => list.some((part) => uses.get(part)! > 1));
  return shared.length >= divided.length / 2;
}

/**
 * @param separator named by the caller, or shown by the column
 * @param only split at this separator alone, because the caller named it
 */
export function readList(text: string, separator: string | undefined, only = false): string[] {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) {
    const list = parseListText(trimmed);
    if (list !== undefined) return list;
  }
  if (only && separator !== undefined) return splitAt(trimmed, separator);
  if (trimmed.includes('|')) return splitAt(trimmed, '|');
  if (trimmed.includes(' > ')) return splitAt(trimmed, ' > ');
  return separator === undefined ? distinct([trimmed]) : splitAt(trimmed, separator);
}

/** A list of any depth, flattened; undefined if a part is neither a string nor a number. */
export function flatList(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts = value.flat(4).map((part) => (isNamed(part) ? part.name : part));
  return parts.every((part) => typeof part === 'string' || typeof part === 'number')
    ? distinct(parts.map(String))
    : undefined;
}

/** `{"id": 16, "name": "Animation"}`, as some catalogues list their genres. */
const isNamed = (part: unknown): part is { name: string } =>
  typeof part === 'object' && part !== null && typeof (part as { name?: unknown }).name === 'string';

const splitAt = (text: string, separator: string) => distinct(text.split(separator));

function distinct(parts: readonly string[]): string[] {
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

/** A list in JSON or as Python prints it. */
function parseListText(text: string): string[] | undefined {
  for (const json of [text, pythonToJson(text)]) {
    try {
      const list = flatList(JSON.parse(json));
      if (list !== undefined) return list;
    } catch {
      // The name of a category may begin with a bracket.
    }
  }
  return undefined;
}

/** Strings in single quotes become strings in double quotes; None, True and False their JSON words. */
function pythonToJson(text: string): string {
  return text.replace(
    /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|\b(None|True|False)\b/g,
    (whole, single?: string, double?: string, word?: string) => {
      if (word !== undefined) return word === 'None' ? 'null' : word.toLowerCase();
      if (double !== undefined) return whole;
      return `"${single!.replaceAll("\\'", "'").replaceAll('"', '\\"')}"`;
    },
  );
}
