/**
 * The simulated users. The taste of a user at any time depends only on the seed and the user's
 * number, so it is computed on request: the log need not be replayed, and no taste is kept in
 * memory.
 *
 * Taste = a mixture of two to four interests (a shelf, with a favourite type, material, feature and
 * use) + a liked style + a personal direction. It drifts in two ways: by a weekly random walk of
 * the vector and of the interests' weights, and by occasional life events (a puppy, a new hobby)
 * that replace one interest by a strong one in another department.
 */
import type { Random } from '@lorekeep/core';
import type { ResolvedShopOptions } from '../options.ts';
import { pick, pickWeighted } from './draw.ts';
import { addScaled, MEANING_DIM, normalise, randomDirection } from './vectors.ts';
import type { World } from './world.ts';

/** A user at one moment. */
export interface UserState {
  /** `[MEANING_DIM]`, unit length. */
  taste: Float32Array;
  /** What the user shops for: shelf index and share, shares summing to 1. */
  interests: { shelf: number; share: number; favouriteType: number }[];
  /** Preferred log price level: 0 is ordinary, positive is expensive. */
  budget: number;
  /** Indexes into `World.brands`; these brands get a bonus. */
  lovedBrands: number[];
}

export interface Users {
  count: number;
  /** Relative number of visits, heavy-tailed (log-normal, σ = 0.8). */
  activity: Float64Array;
  /** The user on a day (0 is the first). Tastes change once a week. */
  at(user: number, day: number): UserState;
}

interface Interest {
  shelf: number;
  logWeight: number;
  favouriteType: number;
  centre: Float32Array;
}

/** A user at the start of the log, before any drift. */
interface Character {
  interests: Interest[];
  style: string;
  personal: Float32Array;
  budget: number;
  lovedBrands: number[];
}

const WALK_PER_WEEK = 0.13;
const WEIGHT_WALK_PER_WEEK = 0.25;
const LIFE_EVENTS_PER_WEEK = 0.06;

const STYLE_WEIGHT = 0.35;
const PERSONAL_WEIGHT = 0.3;

export const userId = (index: number) => `sim-user-${String(index).padStart(6, '0')}`;

export function createUsers(world: World, options: ResolvedShopOptions): Users {
  const activity = new Float64Array(options.users);
  for (let user = 0; user < options.users; user++) {
    activity[user] = Math.exp(0.8 * world.root.fork(`activity:${user}`).normal());
  }
  const weeks = Math.ceil(options.days / 7);
  return {
    count: options.users,
    activity,
    at: (user, day) => userAt(world, user, Math.min(Math.max(0, Math.floor(day / 7)), weeks - 1), options.drift),
  };
}

function userAt(world: World, user: number, week: number, drift: number): UserState {
  const { interests, style, personal, budget, lovedBrands } = drawCharacter(world, user);
  const walk = new Float32Array(MEANING_DIM);
  for (let passed = 1; passed <= week && drift > 0; passed++) {
    driftOneWeek(world, world.root.fork(`user:${user}:week:${passed}`), drift, interests, walk);
  }
  const weights = interests.map((interest) => Math.exp(interest.logWeight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const taste = new Float32Array(MEANING_DIM);
  interests.forEach((interest, k) => {
    // Square roots keep small interests alive in the mixture: a person with a main hobby still has
    // the others.
    addScaled(taste, interest.centre, Math.sqrt(shares[k]));
  });
  normalise(taste);
  addScaled(taste, world.meaning('style', style), STYLE_WEIGHT);
  addScaled(taste, personal, PERSONAL_WEIGHT);
  addScaled(taste, walk, 1);
  return {
    taste: normalise(taste),
    interests: interests.map(({ shelf, favouriteType }, k) => ({ shelf, favouriteType, share: shares[k] })),
    budget,
    lovedBrands,
  };
}

/** All draws of one user. Their order is part of the generator: another order gives other users. */
function drawCharacter(world: World, user: number): Character {
  const random = world.root.fork(`user:${user}`);
  const interests: Interest[] = [];
  const count = 2 + random.int(3);
  while (interests.length < count) interests.push(drawInterest(world, random, interests, 0.7 * random.normal()));
  const style = pick(random, pick(random, world.shelves).department.styles);
  const personal = randomDirection(random);
  const budget = 0.45 * random.normal();
  const lovedBrands = interests.map((interest) =>
    pick(random, world.brandsOf[world.shelves[interest.shelf].departmentIndex]),
  );
  return { interests, style, personal, budget, lovedBrands };
}

/** Moves `walk` and the weights of `interests`, and possibly replaces one interest. */
function driftOneWeek(world: World, random: Random, drift: number, interests: Interest[], walk: Float32Array): void {
  addScaled(walk, randomDirection(random), drift * WALK_PER_WEEK);
  for (const interest of interests) interest.logWeight += drift * WEIGHT_WALK_PER_WEEK * random.normal();
  if (random.next() < drift * LIFE_EVENTS_PER_WEEK) {
    const strongest = Math.max(...interests.map((interest) => interest.logWeight));
    const replaced = random.int(interests.length);
    interests[replaced] = drawInterest(world, random, interests, strongest + 0.5);
  }
}

/** An interest in a department in which the user has no interest yet. */
function drawInterest(world: World, random: Random, present: Interest[], logWeight: number): Interest {
  const taken = new Set(present.map((interest) => world.shelves[interest.shelf].departmentIndex));
  const weights = world.shelves.map((shelf) => (taken.has(shelf.departmentIndex) ? 0 : shelf.department.weight));
  const shelf = world.shelves[pickWeighted(random, weights)];
  const favouriteType = pick(random, shelf.typeIndexes);
  const { noun, materials, features } = world.types[favouriteType];
  const centre = new Float32Array(MEANING_DIM);
  addScaled(centre, world.shelfCentre(shelf), 0.75);
  addScaled(centre, world.meaning('type', noun), 0.35);
  addScaled(centre, world.meaning('material', pick(random, materials)), 0.3);
  addScaled(centre, world.meaning('feature', pick(random, features)), 0.3);
  addScaled(centre, world.meaning('use', pick(random, shelf.uses)), 0.3);
  return { shelf: shelf.index, logWeight, favouriteType, centre: normalise(centre) };
}
