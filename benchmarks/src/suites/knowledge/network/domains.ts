/** Networks with two domains: the target, and the other surfaces. */
import { type NamedArray, namedArray } from '@lorekeep/graph';
import type { Impressions } from '../real-log.ts';
import type { Target } from '../target.ts';

type Domain = 'target' | 'others';

export const perDomain = <T>(make: (name: Domain) => T): Record<Domain, T> => ({
  target: make('target'),
  others: make('others'),
});

/** `[size, 1]`: 1 for rows of the target. */
export function domainColumn(impressions: Impressions, target: Target, rows: Int32Array, size: number): NamedArray {
  const into = new Float32Array(size);
  for (const [i, row] of rows.entries()) into[i] = Number(impressions.isOn(target, row));
  return namedArray([size, 1], into);
}
