/**
 * Why users come. A purchase has consequences: complements are wanted next (a drill, then drill
 * bits), and consumables run out and are bought again, mostly the same product.
 */
import type { Random } from '@lorekeep/core';
import { exponential, pick, pickWeighted } from '../world/draw.ts';
import type { UserState } from '../world/users.ts';
import type { World } from '../world/world.ts';

/** What the user came for. `item` is set if the same product is to be bought again. */
export interface Errand {
  type: number;
  shelf: number;
  item?: number;
}

/** A future errand. */
export interface Need {
  type: number;
  item?: number;
  /** Seconds since the start of the log. */
  due: number;
}

const MAX_NEEDS = 8;
const DAY = 86_400;

const ERRAND_TYPE = 1.8;
const ERRAND_SHELF = 0.7;
const ERRAND_ITEM = 2;

/**
 * What an errand adds to the log-odds: 1.8 for the wanted type (else 0.7 for its shelf), and 2 for
 * the wanted item.
 */
export function errandBonus(type: number, shelf: number, item: number, errand: Errand | undefined): number {
  if (errand === undefined) return 0;
  const kind = type === errand.type ? ERRAND_TYPE : shelf === errand.shelf ? ERRAND_SHELF : 0;
  return kind + (item === errand.item ? ERRAND_ITEM : 0);
}

/**
 * The errand of a visit: a need that is due (and is then removed from `needs`), something of an
 * interest, or none.
 */
export function chooseErrand(
  world: World,
  state: UserState,
  needs: Need[] | undefined,
  now: number,
  random: Random,
): Errand | undefined {
  const due = needs?.findIndex((need) => need.due <= now) ?? -1;
  if (due >= 0 && random.next() < 0.65) {
    const [need] = needs!.splice(due, 1);
    const errand = errandFor(world, need.type);
    return need.item === undefined ? errand : { ...errand, item: need.item };
  }
  if (random.next() < 0.3) return undefined;
  const shares = state.interests.map(({ share }) => share);
  const interest = state.interests[pickWeighted(random, shares)];
  const { typeIndexes } = world.shelves[interest.shelf];
  const type = random.next() < 0.4 ? interest.favouriteType : pick(random, typeIndexes);
  return { type, shelf: interest.shelf };
}

/**
 * With the wanted type in the cart, some users continue with a complement; the others look around.
 */
export function complementErrand(world: World, { type }: Errand, random: Random): Errand | undefined {
  const { complements } = world.types[type];
  if (complements.length === 0 || random.next() >= 0.4) return undefined;
  return errandFor(world, pick(random, complements));
}

/** The needs of a user after a purchase; `needs` is changed and returned. */
export function addNeeds(world: World, needs: Need[], item: number, type: number, now: number, random: Random): Need[] {
  const { lastsDays, complements } = world.types[type];
  if (lastsDays !== undefined) {
    const due = now + lastsDays * DAY * Math.exp(0.25 * random.normal());
    needs.push(random.next() < 0.65 ? { type, item, due } : { type, due });
  }
  for (const complement of complements) {
    if (random.next() < 0.45) needs.push({ type: complement, due: now + exponential(random, 5 * DAY) });
  }
  while (needs.length > MAX_NEEDS) needs.shift();
  return needs;
}

function errandFor(world: World, type: number): Errand {
  return { type, shelf: world.types[type].shelf.index };
}
