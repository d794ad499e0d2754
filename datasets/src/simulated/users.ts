/**
 * The simulated users. A user's whole path of taste follows from the seed and the user's number, so it can be asked
 * for at any time without having lived through the log, and nothing about taste is kept in memory.
 *
 * Taste = a mixture of two to four interests (a shelf, with a favourite type, material, feature and use) + a liked style
 * + something personal. It drifts in two ways: a weekly random walk of the vector and of the interests' weights, and
 * now and then a life event (a puppy, a new hobby) that replaces one interest by a strong one in another department.
 */
import type { Random } from '@lorekeep/core';
import { addScaled, MEANING_DIM, normalise, pick, pickWeighted, randomDirection, type World } from './meaning.ts';
import type { ResolvedShopOptions } from './options.ts';

/** A user at one moment. */
export interface UserState {
  /** `[MEANING_DIM]`, unit length. */
  taste: Float32Array;
  /** What the user shops for: shelf index and share, shares summing to 1. */
  interests: { shelf: number; share: number; favouriteType: number }[];
  /** Preferred log price level: 0 ordinary, positive for expensive. */
  budget: number;
  /** Indexes into `World.brands`; these get a bonus. */
  lovedBrands: number[];
}

export interface Users {
  count: number;
  /** Relative number of sessions, heavy-tailed (log-normal, σ = 0.8). */
  activity: Float64Array;
  /** The user on a day (0 = first). Weeks are the grain of drift. */
  at(user: number, day: number): UserState;
}

interface Interest {
  shelf: number;
  logWeight: number;
  favouriteType: number;
  centre: Float32Array;
}

const WALK_A_WEEK = 0.13;
const WEIGHT_WALK_A_WEEK = 0.25;
const LIFE_EVENTS_A_WEEK = 0.06;

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

  const walk = new Float32Array(MEANING_DIM);
  for (let passed = 1; passed <= week && drift > 0; passed++) {
    const step = world.root.fork(`user:${user}:week:${passed}`);
    addScaled(walk, randomDirection(step), drift * WALK_A_WEEK);
    for (const interest of interests) interest.logWeight += drift * WEIGHT_WALK_A_WEEK * step.normal();
    if (step.next() < drift * LIFE_EVENTS_A_WEEK) {
      const strongest = Math.max(...interests.map((interest) => interest.logWeight));
      const replaced = step.int(interests.length);
      interests[replaced] = drawInterest(world, step, interests, strongest + 0.5);
    }
  }

  const shares = interests.map((interest) => Math.exp(interest.logWeight));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const taste = new Float32Array(MEANING_DIM);
  interests.forEach((interest, k) => {
    // Square roots keep small interests alive in the mixture: a person with a main hobby still has the others.
    addScaled(taste, interest.centre, Math.sqrt(shares[k] / total));
  });
  normalise(taste);
  addScaled(taste, world.meaning('style', style), 0.35);
  addScaled(taste, personal, 0.3);
  addScaled(taste, walk, 1);
  return {
    taste: normalise(taste),
    interests: interests.map(({ shelf, favouriteType }, k) => ({ shelf, favouriteType, share: shares[k] / total })),
    budget,
    lovedBrands,
  };
}

/** An interest in a department that the user has no interest in yet. */
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
