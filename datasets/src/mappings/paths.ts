/** Reads values at the paths of a mapping (`description.ts`). */
import { isObject, type Paths } from './description.ts';

/** Reads the first value that one of the paths has in one of the scopes. */
export type Read = (scopes: readonly unknown[]) => unknown;

type Step = (value: unknown) => unknown;

/** What exports write where there is no value. */
const NO_VALUES: ReadonlySet<unknown> = new Set([undefined, null, '', '(not set)']);

export function reader(paths: Paths | undefined): Read {
  const all = [paths ?? []].flat().map(stepsOf);
  return (scopes) => {
    for (const steps of all) {
      for (const scope of scopes) {
        const value = steps.reduce<unknown>((at, step) => step(at), scope);
        if (!NO_VALUES.has(value)) return value;
      }
    }
    return undefined;
  };
}

function stepsOf(path: string): Step[] {
  return path.split('.').flatMap((part) => {
    const [, name, key] = /^(.*?)\{(.*)\}$/.exec(part) ?? [undefined, part];
    return key === undefined ? [member(name)] : [member(name), parameter(key)];
  });
}

function member(name: string): Step {
  if (!name.includes('*')) return (value) => ownValue(value, name);
  const parts = name.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return (value) => {
    if (!isObject(value)) return undefined;
    const found = Object.keys(value).find((key) => pattern.test(key) && !NO_VALUES.has(value[key]));
    return found === undefined ? undefined : value[found];
  };
}

/** `[{key: 'a', value: {int_value: 1}}]` or `{a: 1}`. */
function parameter(key: string): Step {
  return (list) => {
    if (!Array.isArray(list)) return ownValue(list, key);
    const value = list.find((entry) => isObject(entry) && entry.key === key)?.value;
    return isObject(value) ? Object.values(value).find((one) => !NO_VALUES.has(one)) : value;
  };
}

function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
