/**
 * Nested values as columns. A path such as `product.id` names a value inside objects. If it leads
 * through a list (`line_items.product_id`), the record becomes one row for each element of the list.
 * `tags[]` names the elements of a list of plain values.
 */

export type Row = { record: Record<string, unknown>; problem?: undefined } | { record?: undefined; problem: string };

/** A column and the way to its value, from the object that is looked at. */
interface OpenPath {
  column: string;
  keys: string[];
}

/** How deep candidates are looked for, and how many elements of a list are looked at. */
const MAX_DEPTH = 6;
const LOOKED_AT = 10;

/** Whether a name of a column is a path, not the name of a value at the top of a record. */
export const isPath = (name: string) => name.includes('.') || name.endsWith('[]');

/** The names of plain values at the top of a record, the paths to those inside it, and its lists of objects. */
export function namesOf(record: Record<string, unknown>): { names: string[]; lists: string[] } {
  const names = new Set<string>();
  const lists = new Set<string>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) {
      const objects = value.slice(0, LOOKED_AT).filter(isObject);
      if (objects.length > 0) lists.add(path);
      else names.add(path);
      for (const element of objects) visit(element, path, depth + 1);
    } else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, `${path}.${name}`, depth + 1);
    } else names.add(path);
  };
  for (const [name, value] of Object.entries(record)) visit(value, name, 1);
  return { names: [...names], lists: [...lists] };
}

/**
 * The rows of one record: the record itself with each path as a further column, or one such row for
 * each element of the list that the paths lead through. If that list is empty or missing, there are
 * no rows.
 * @param lists paths of the lists of objects that other records have
 */
export function rowsOf(record: Record<string, unknown>, paths: readonly string[], lists: readonly string[]): Row[] {
  const open = paths
    .filter((path) => !Object.hasOwn(record, path))
    .map((column): OpenPath => ({ column, keys: column.split('.') }));
  if (open.length === 0) return [{ record }];
  const row = { ...record };
  // What the paths take apart is no value, and its name (`user` of `user.id`) must not stand for one.
  for (const { keys } of open) if (isStructure(record[keys[0]])) delete row[keys[0]];
  return expand(row, record, '', open, lists);
}

/**
 * @param row the columns so far
 * @param at the object that the paths start from, and `prefix` the path that led to it
 */
function expand(
  row: Record<string, unknown>,
  at: Record<string, unknown>,
  prefix: string,
  open: readonly OpenPath[],
  lists: readonly string[],
): Row[] {
  const base = { ...row };
  const through = new Map<string, { list: unknown[]; open: OpenPath[] }>();
  for (const { column, keys } of open) {
    const found = follow(at, keys, prefix, lists);
    if (found.list === undefined) {
      if (found.value !== undefined) base[column] = found.value;
      continue;
    }
    const entry = through.get(found.name) ?? { list: found.list, open: [] };
    entry.open.push({ column, keys: found.rest });
    through.set(found.name, entry);
  }
  if (through.size === 0) return [{ record: base }];
  if (through.size > 1) return [{ problem: `has two lists to take apart, ${[...through.keys()].join(' and ')}` }];
  const [[name, { list, open: inner }]] = through;
  return list.flatMap((element): Row[] => {
    const deeper = inner.filter(({ keys }) => keys.length > 0);
    if (isObject(element) && deeper.length > 0) return expand(base, element, `${name}.`, deeper, lists);
    const plain = inner.find(({ keys }) => keys.length === 0);
    return [{ record: plain === undefined ? base : { ...base, [plain.column]: element } }];
  });
}

type Followed =
  | { list?: undefined; value: unknown }
  /** The path leads through a list: its name, and the keys from an element on. */
  | { list: unknown[]; name: string; rest: string[] };

function follow(from: Record<string, unknown>, keys: string[], prefix: string, lists: readonly string[]): Followed {
  let value: unknown = from;
  for (let i = 0; i < keys.length; i++) {
    const marked = keys[i].endsWith('[]');
    const key = marked ? keys[i].slice(0, -2) : keys[i];
    value = valueAt(value, key);
    const rest = keys.slice(i + 1);
    if (!marked && (rest.length === 0 || /^\d+$/.test(rest[0]))) continue;
    const name = prefix + [...keys.slice(0, i), key].join('.').replaceAll('[]', '');
    if (Array.isArray(value)) return { list: value, name, rest };
    const missing = value === undefined || value === null;
    if (missing && (marked || lists.includes(name))) return { list: [], name, rest };
  }
  return { value };
}

/** The value at a path; of a list of objects on the way, that in its first element. */
export function firstValueAt(record: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(record, path)) return record[path];
  let value: unknown = record;
  for (const part of path.split('.')) {
    const isIndex = /^\d+$/.test(part);
    if (Array.isArray(value) && !isIndex) value = value[0];
    value = valueAt(value, part.replace(/\[\]$/, ''));
    if (part.endsWith('[]') && Array.isArray(value)) value = value[0];
  }
  return value;
}

function valueAt(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return /^\d+$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** An object, or a list of objects. */
function isStructure(value: unknown): boolean {
  return isObject(value) || (Array.isArray(value) && value.some(isObject));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
