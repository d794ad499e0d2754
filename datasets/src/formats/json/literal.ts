/**
 * JSON as programs write it that are not strict: Python's `repr` of a dict (single quotes, `None`,
 * `True`, tuples, `u'…'`), and `NaN` and `Infinity`. It only reads; nothing is evaluated. Strict
 * JSON is read by `JSON.parse`, which is faster.
 *
 * `NaN` is a missing value, so it becomes null. An infinite number becomes a string, which no
 * number field accepts. An integer that a double cannot represent is a string of its digits.
 */

const WORDS: Record<string, unknown> = {
  null: null,
  None: null,
  NaN: null,
  nan: null,
  true: true,
  True: true,
  false: false,
  False: false,
  Infinity: 'Infinity',
  inf: 'Infinity',
};
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07', '0': '\0' };
const NUMBER = /[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/y;
const WORD = /[-+]?[A-Za-z]+/y;
const STRING_PREFIX = /(?:[uUbBrR]|[bB][rR]|[rR][bB])(?=['"])/y;
const BLANKS = /\s*/y;
const MAX_DEPTH = 200;

/** @returns undefined if the text is not one value */
export function parseLiteral(text: string): unknown {
  let at = 0;

  const fail = (): never => {
    throw new SyntaxError(`Unexpected text at position ${at}`);
  };
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const take = (character: string): boolean => {
    match(BLANKS);
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  function readValue(depth: number): unknown {
    if (depth > MAX_DEPTH) fail();
    if (take('{')) return readObject(depth);
    if (take('[')) return readList(']', depth);
    if (take('(')) return readList(')', depth);
    const raw = /r/i.test(match(STRING_PREFIX) ?? '');
    if (text[at] === '"' || text[at] === "'") return readString(raw);
    const number = match(NUMBER);
    if (number !== undefined) return toNumber(number);
    const word = match(WORD) ?? '';
    const [, sign, name] = /^([-+]?)(.*)$/.exec(word) as RegExpExecArray;
    if (!Object.hasOwn(WORDS, name) || (sign !== '' && !/^(inf|nan)/i.test(name))) fail();
    const value = WORDS[name];
    return sign === '-' && value !== null ? `-${value}` : value;
  }

  function readObject(depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!take('}')) {
      if (entries.length > 0 && !take(',')) fail();
      const key = readValue(depth + 1);
      if (typeof key !== 'string' && typeof key !== 'number') fail();
      if (!take(':')) fail();
      entries.push([String(key), readValue(depth + 1)]);
    }
    // `fromEntries` sets own properties, also one named `__proto__`.
    return Object.fromEntries(entries);
  }

  function readList(end: ']' | ')', depth: number): unknown[] {
    const list: unknown[] = [];
    while (!take(end)) {
      if (list.length > 0 && !take(',')) fail();
      // Python writes a tuple of one as `(1,)`.
      if (end === ')' && list.length === 1 && take(end)) break;
      list.push(readValue(depth + 1));
    }
    return list;
  }

  function readString(raw: boolean): string {
    const quote = text[at++];
    let value = '';
    for (;;) {
      const character = text[at++];
      if (character === undefined) fail();
      if (character === quote) return value;
      if (character !== '\\' || raw) value += character;
      else value += readEscape(text[at++]);
    }
  }

  function readEscape(kind: string | undefined): string {
    const digits = { x: 2, u: 4, U: 8 }[kind ?? ''];
    if (digits !== undefined) {
      const hex = text.slice(at, at + digits);
      if (!/^[0-9a-f]+$/i.test(hex) || hex.length < digits) fail();
      at += digits;
      const code = Number.parseInt(hex, 16);
      return digits === 8 ? String.fromCodePoint(code) : String.fromCharCode(code);
    }
    if (kind === undefined) fail();
    return ESCAPES[kind as string] ?? (`'"\\/`.includes(kind as string) ? (kind as string) : `\\${kind}`);
  }

  try {
    const value = readValue(0);
    match(BLANKS);
    return at === text.length ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function toNumber(digits: string): number | string {
  const value = Number(digits);
  return /^[-+]?\d+$/.test(digits) && !Number.isSafeInteger(value) ? digits : value;
}
