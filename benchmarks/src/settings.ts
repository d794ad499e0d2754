/** Settings of benches in environment variables. An empty variable counts as absent. */
import { errors } from './errors.ts';

/**
 * Values separated by commas.
 * @throws LorekeepError `BENCH_BAD_SETTING` if one of them is not allowed
 */
export function listSetting<T extends string>(name: string, fallback: readonly T[], allowed?: readonly T[]): T[] {
  const given = process.env[name];
  if (!given) return [...fallback];
  const parts = given.split(',').map((part) => part.trim() as T);
  const wrong = parts.find((part) => part === '' || (allowed && !allowed.includes(part)));
  if (wrong !== undefined)
    throw errors.BENCH_BAD_SETTING({ name, given, allowed: allowed?.join(', ') ?? 'names separated by commas' });
  return parts;
}

/**
 * One of the allowed values; the first is the default.
 * @throws LorekeepError `BENCH_BAD_SETTING`
 */
export function oneSetting<T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
  const found = listSetting(name, [allowed[0]], allowed);
  if (found.length > 1)
    throw errors.BENCH_BAD_SETTING({ name, given: found.join(','), allowed: `one of ${allowed.join(', ')}` });
  return found[0];
}

/**
 * Whole numbers from `least` on, separated by commas.
 * @throws LorekeepError `BENCH_BAD_SETTING`
 */
export function wholeSetting(name: string, fallback: readonly number[], least = 0): number[] {
  const numbers = listSetting(name, fallback.map(String)).map(Number);
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= least))
    throw errors.BENCH_BAD_SETTING({
      name,
      given: String(process.env[name]),
      allowed: `whole numbers from ${least} on, separated by commas`,
    });
  return numbers;
}
