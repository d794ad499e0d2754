/** DuckDB's types as it writes them, `STRUCT(id BIGINT, "a b" VARCHAR[])[]`, as a tree. */

export type ParquetType =
  | { kind: 'plain' }
  | { kind: 'list'; of: ParquetType }
  | { kind: 'struct'; fields: Map<string, ParquetType> };

export function parseType(text: string): ParquetType {
  let at = 0;

  function readType(): ParquetType {
    let type: ParquetType = { kind: 'plain' };
    if (text.startsWith('STRUCT(', at)) {
      at += 'STRUCT('.length;
      type = { kind: 'struct', fields: readFields() };
    } else skipPlain();
    for (let list = /^\[\d*\]/.exec(text.slice(at)); list !== null; list = /^\[\d*\]/.exec(text.slice(at))) {
      at += list[0].length;
      type = { kind: 'list', of: type };
    }
    return type;
  }

  function readFields(): Map<string, ParquetType> {
    const fields = new Map<string, ParquetType>();
    while (at < text.length && text[at] !== ')') {
      const name = readName();
      at++;
      fields.set(name, readType());
      if (text[at] === ',') at += 2;
    }
    at++;
    return fields;
  }

  function readName(): string {
    const [whole, inQuotes, plain] = /^(?:"((?:[^"]|"")*)"|([^\s(),]+))/.exec(text.slice(at)) ?? [''];
    at += whole.length;
    return inQuotes === undefined ? (plain ?? '') : inQuotes.replaceAll('""', '"');
  }

  /** A type without structure, or a map or union, which no path leads into. */
  function skipPlain(): void {
    for (let depth = 0; at < text.length; at++) {
      const character = text[at];
      if (depth === 0 && (character === ',' || character === ')' || character === '[')) return;
      if (character === '(') depth++;
      else if (character === ')') depth--;
    }
  }

  return readType();
}

/** The paths to plain values inside a column, through structures and lists of them. */
export function leavesOf(name: string, type: ParquetType): string[] {
  if (type.kind === 'plain') return [name];
  if (type.kind === 'list') return type.of.kind === 'struct' ? leavesOf(name, type.of) : [];
  return [...type.fields].flatMap(([field, inner]) => leavesOf(`${name}.${field}`, inner));
}

/** The paths of the lists of structures inside a column, its own included. */
export function listsOf(name: string, type: ParquetType): string[] {
  if (type.kind === 'plain') return [];
  if (type.kind === 'list') return type.of.kind === 'struct' ? [name, ...listsOf(name, type.of)] : [];
  return [...type.fields].flatMap(([field, inner]) => listsOf(`${name}.${field}`, inner));
}
