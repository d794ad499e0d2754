/** What a bench is asked for by environment variables; an empty one counts as absent. */
import { badSetting } from './errors.ts';

/** Parts separated by commas. @throws LorekeepError `BENCH_BAD_SETTING` for one that is not allowed */
export function listSetting<T extends string>(name: string, fallback: readonly T[], allowed?: readonly T[]): T[] {
  const given = process.env[name];
  if (!given) return [...fallback];
  const parts = given.split(',').map((part) => part.trim() as T);
  const wrong = parts.find((part) => part === '' || (allowed && !allowed.includes(part)));
  if (wrong !== undefined) throw badSetting(name, given, allowed?.join(', ') ?? 'names separated by commas');
  return parts;
}

/** One of a few. @throws LorekeepError `BENCH_BAD_SETTING` */
export function oneSetting<T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
  const found = listSetting(name, [allowed[0]], allowed);
  if (found.length > 1) throw badSetting(name, found.join(','), `one of ${allowed.join(', ')}`);
  return found[0];
}

/** Whole numbers from `least` on. @throws LorekeepError `BENCH_BAD_SETTING` */
export function wholeSetting(name: string, fallback: readonly number[], least = 0): number[] {
  const numbers = listSetting(name, fallback.map(String)).map(Number);
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= least))
    throw badSetting(name, String(process.env[name]), `whole numbers from ${least} on, separated by commas`);
  return numbers;
}
