/** The residual of an interaction, over pairs of held-out users and items. */
import { createRandom } from '@lorekeep/core';
import type { Kind, PlacedInteraction } from '../schema/layout.ts';
import { type BlockMaps, mapRow } from './maps.ts';
import { relative } from './moments.ts';
import type { KeptRows } from './shared-entries.ts';

const PAIRS = 20_000;
const SEED = 42;

/** ‖new − former‖ / ‖former‖ of the interaction's numbers; 0 if there are no pairs. */
export function interactionResidual(
  kept: Readonly<Record<Kind, KeptRows>>,
  { kind, user, item }: PlacedInteraction,
  maps: BlockMaps,
): number {
  const [users, items] = [kept.user, kept.item];
  if (users.before.length === 0 || items.before.length === 0) return 0;
  const leftMap = maps.get(user.name) as Float64Array;
  const rightMap = maps.get(item.name) as Float64Array;
  const left = users.before.map((row) => mapRow(row, user.offset, user.dim, leftMap));
  const right = items.before.map((row) => mapRow(row, item.offset, item.dim, rightMap));
  const random = createRandom(SEED);
  let squared = 0;
  let norm = 0;
  for (let pair = 0; pair < PAIRS; pair++) {
    const [u, i] = [random.int(left.length), random.int(right.length)];
    let [error, total] = [0, 0];
    for (let j = 0; j < user.dim; j++) {
      const former = users.target[u][user.offset + j] * items.target[i][item.offset + j];
      const difference = left[u][j] * right[i][j] - former;
      if (kind === 'dot') {
        error += difference;
        total += former;
      } else {
        squared += difference ** 2;
        norm += former ** 2;
      }
    }
    squared += error ** 2;
    norm += total ** 2;
  }
  return relative(squared, norm);
}
