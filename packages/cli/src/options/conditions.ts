/** Filters and boosts as they are typed: as JSON, or as a condition such as `price<=20`. */
import type { Boost, Filter } from '@lorekeep/recommender';
import { InvalidArgumentError } from 'commander';

const CONDITION = /^\s*((?:fields\.)?[^\s=!<>~|&{}]+)\s*(!=|<=|>=|=|<|>|~)\s*(.+?)\s*$/s;
const BOUNDS = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;
const OWN_FIELDS = ['id', 'title', 'brand', 'categories', 'description', 'price'];

/**
 * `brand=Acme`, `categories=toys|games` (any of them), `brand!=Acme`, `price<=20`, `title~blue kettle`
 * (all words), `colour=red` (a field of `fields`); several with `&`.
 */
export function filterOf(text: string): Filter {
  if (text.trimStart().startsWith('{')) return objectOf(text) as Filter;
  const parts = text.split('&').map(conditionOf);
  return parts.length === 1 ? parts[0] : { and: parts };
}

/** A parser of a repeated `--filter`: all of them hold. */
export function filters(text: string, before?: Filter): Filter {
  const filter = filterOf(text);
  return before === undefined ? filter : { and: [...(before.and ?? [before]), filter] };
}

/** A parser of a repeated `--boost`: `brand=Acme*2`, or JSON with `filter`, `factor` and `bonus`. */
export function boosts(text: string, before: readonly Boost[] = []): Boost[] {
  if (text.trimStart().startsWith('{')) return [...before, objectOf(text) as unknown as Boost];
  const [, condition, factor] = /^(.*)\*\s*(\d+(?:\.\d+)?)\s*$/s.exec(text) ?? [];
  if (condition === undefined) throw new InvalidArgumentError('It must have the form brand=Acme*2, or be JSON.');
  return [...before, { filter: filterOf(condition), factor: Number(factor) }];
}

/** A JSON object; what is in it is checked where it is used. */
export function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new InvalidArgumentError(`It is not valid JSON: ${(error as Error).message}`);
  }
  throw new InvalidArgumentError('It must be a JSON object.');
}

function conditionOf(text: string): Filter {
  const [, name, operator, value] = CONDITION.exec(text) ?? [];
  if (name === undefined)
    throw new InvalidArgumentError(
      'It must be JSON, or conditions such as brand=Acme, price<=20 or title~blue kettle.',
    );
  const values = value.split('|').map((one) => typedValue(one.trim(), name));
  const isEqual = values.length === 1 ? values[0] : values;
  if (operator === '=') return onField(name, isEqual);
  if (operator === '!=') return { not: onField(name, isEqual) };
  if (operator === '~') return onField(name, { match: value });
  return onField(name, { [BOUNDS[operator as keyof typeof BOUNDS]]: typedValue(value, name) });
}

function onField(name: string, condition: unknown): Filter {
  if (OWN_FIELDS.includes(name)) return { [name]: condition };
  return { fields: { [name.replace(/^fields\./, '')]: condition } } as Filter;
}

/** Texts of items' own fields stay texts: a brand may be `3`. Quotes keep a value of another field a text. */
function typedValue(text: string, name: string): string | number | boolean {
  const [, quoted] = /^"(.*)"$/s.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  if (OWN_FIELDS.includes(name) && name !== 'price') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
