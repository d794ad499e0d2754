/** A filter as a function. `Filter` in request-types.ts defines its meaning. */
import type { Item } from '@lorekeep/store';
import type { Filter } from './request-types.ts';

/** The fields of an item that a filter can test; the rest of an item stays in the store. */
export type FilterFields = Pick<Item, 'brand' | 'categories' | 'price' | 'fields'>;

type Scalar = string | number | boolean;
type Condition = Scalar | readonly Scalar[] | { min?: number; max?: number };

export function compileFilter(filter: Filter): (fields: FilterFields) => boolean {
  const tests: ((fields: FilterFields) => boolean)[] = [];
  if (filter.brand !== undefined) {
    const fits = compileCondition(filter.brand);
    tests.push(({ brand }) => fits(brand));
  }
  if (filter.categories !== undefined) {
    const fits = compileCondition(filter.categories);
    tests.push(({ categories }) => fits(categories));
  }
  if (filter.price !== undefined) {
    const fits = compileCondition(filter.price);
    tests.push(({ price }) => fits(price));
  }
  for (const [name, condition] of Object.entries(filter.fields ?? {})) {
    const fits = compileCondition(condition);
    tests.push(({ fields }) => fields !== undefined && Object.hasOwn(fields, name) && fits(fields[name]));
  }
  return (fields) => tests.every((passes) => passes(fields));
}

function compileCondition(condition: Condition): (value: Scalar | readonly Scalar[] | undefined) => boolean {
  const fitsOne = compileScalar(condition);
  return (value) => {
    if (value === undefined) return false;
    return typeof value === 'object' ? value.some(fitsOne) : fitsOne(value);
  };
}

function compileScalar(condition: Condition): (value: Scalar) => boolean {
  if (typeof condition !== 'object') return (value) => value === condition;
  if (Array.isArray(condition)) {
    const allowed = new Set<Scalar>(condition);
    return (value) => allowed.has(value);
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = condition as {
    min?: number;
    max?: number;
  };
  return (value) => typeof value === 'number' && value >= min && value <= max;
}
