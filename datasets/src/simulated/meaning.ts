/**
 * Meaning as vectors. Every word of the vocabulary has one random direction, drawn from the seed and the word alone;
 * an item's vector is the sum of the directions of what its text says, and a user's taste is made of the same
 * directions. So two texts that share words are liked by the same people, which is what an encoder of text can find out.
 */
import { createRandom, type Random } from '@lorekeep/core';
import { DEPARTMENTS, type Department, type ProductType, type Shelf } from './vocabulary.ts';

/** Width of every meaning vector. */
export const MEANING_DIM = 32;

export interface ShelfEntry extends Shelf {
  index: number;
  department: Department;
  departmentIndex: number;
  /** Indexes into `World.types`. */
  typeIndexes: number[];
}

export interface TypeEntry extends ProductType {
  index: number;
  shelf: ShelfEntry;
  /** What goes with it, as indexes into `World.types`. */
  complements: number[];
}

export interface Brand {
  name: string;
  departmentIndex: number;
  /** Price image: 0 cheap to 3 luxurious. */
  tier: number;
  style: string;
}

/** Everything the seed fixes before there is any item or user. */
export interface World {
  root: Random;
  shelves: ShelfEntry[];
  types: TypeEntry[];
  brands: Brand[];
  /** Department index → indexes into `brands`. */
  brandsOf: number[][];
  /** The unit direction of a word; `kind` keeps equal words of different kinds apart. */
  meaning(kind: string, word: string): Float32Array;
  /** What a shelf is about, unit length: its department, itself and its theme. */
  shelfCentre(shelf: ShelfEntry): Float32Array;
}

const BRANDS_A_DEPARTMENT = 14;
const NAME_STARTS = 'Hal Bram Kest Ard Vel Tor Mer Lin Quor Fen Sol Wex Dun Pel Cor Hask Ov Rin Tam Zel'.split(' ');
const NAME_ENDS = 'den wick lo mar field ora ley stone ette vik by quist ano more bel'.split(' ');

export function createWorld(seed: number): World {
  const root = createRandom(seed);
  const shelves: ShelfEntry[] = [];
  const types: TypeEntry[] = [];
  DEPARTMENTS.forEach((department, departmentIndex) => {
    for (const shelf of department.shelves) {
      const entry: ShelfEntry = { ...shelf, index: shelves.length, department, departmentIndex, typeIndexes: [] };
      for (const type of shelf.types) {
        entry.typeIndexes.push(types.length);
        types.push({ ...type, index: types.length, shelf: entry, complements: [] });
      }
      shelves.push(entry);
    }
  });
  const byNoun = new Map(types.map((type) => [type.noun, type.index]));
  for (const type of types) type.complements = type.goesWith.map((noun) => byNoun.get(noun)!);

  const directions = new Map<string, Float32Array>();
  function meaning(kind: string, word: string): Float32Array {
    const key = `${kind}:${word}`;
    let direction = directions.get(key);
    if (direction === undefined) {
      direction = randomDirection(root.fork(`meaning:${key}`));
      directions.set(key, direction);
    }
    return direction;
  }
  const centres = shelves.map((shelf) => {
    const centre = new Float32Array(MEANING_DIM);
    addScaled(centre, meaning('department', shelf.department.name), 0.5);
    addScaled(centre, meaning('shelf', shelf.name), 0.6);
    addScaled(centre, meaning('theme', shelf.theme), 0.45);
    return normalise(centre);
  });
  const brands = nameBrands(root.fork('brands'));
  return {
    root,
    shelves,
    types,
    brands,
    brandsOf: DEPARTMENTS.map((_, department) =>
      brands.flatMap((brand, index) => (brand.departmentIndex === department ? [index] : [])),
    ),
    meaning,
    shelfCentre: (shelf) => centres[shelf.index],
  };
}

function nameBrands(random: Random): Brand[] {
  const names = random.shuffle(NAME_STARTS.flatMap((start) => NAME_ENDS.map((end) => start + end)));
  return DEPARTMENTS.flatMap((department, departmentIndex) =>
    Array.from({ length: BRANDS_A_DEPARTMENT }, () => ({
      name: names.pop()!,
      departmentIndex,
      tier: [0, 0, 1, 1, 1, 2, 2, 3][random.int(8)],
      style: pick(random, department.styles),
    })),
  );
}

export function pick<T>(random: Random, values: readonly T[]): T {
  return values[random.int(values.length)];
}

/** Index drawn with probability proportional to its weight. */
export function pickWeighted(random: Random, weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  let left = random.next() * total;
  for (let i = 0; i < weights.length - 1; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

export function randomDirection(random: Random): Float32Array {
  const vector = new Float32Array(MEANING_DIM);
  for (let i = 0; i < MEANING_DIM; i++) vector[i] = random.normal();
  return normalise(vector);
}

export function addScaled(target: Float32Array, source: Float32Array, scale: number): void {
  for (let i = 0; i < target.length; i++) target[i] += scale * source[i];
}

/** Scales to unit length in place and returns its argument. */
export function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] *= scale;
  return vector;
}
