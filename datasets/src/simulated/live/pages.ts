/** What simulated users ask a shop for, in the words of its service. */
import type { Random } from '@lorekeep/core';
import type { Surface } from '../log/choice.ts';
import type { Errand } from '../log/errands.ts';
import { pick } from '../world/draw.ts';
import type { World } from '../world/world.ts';

/** A page that a user opens. */
export interface WantedPage {
  user: string;
  surface: Surface;
  /** Number of items. */
  size: number;
  /** Of a `search` page: what the user types. */
  query?: string;
  /** Of a `category` page. */
  category?: string;
  /** Of a `similar` page: the item that it belongs to. */
  item?: string;
}

/** What a user with this errand types into the search field. */
export function queryOf({ types, shelves }: World, { type, shelf }: Errand, random: Random): string {
  const { noun, materials, features } = types[type];
  return pick(random, [
    noun,
    `${pick(random, materials)} ${noun}`.trim(),
    `${noun} with ${pick(random, features)}`,
    `${noun} for ${pick(random, shelves[shelf].uses)}`,
  ]);
}
