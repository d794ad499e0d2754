/**
 * What the seed fixes before there are items and users: shelves, product types, brands, and meaning
 * as vectors. Each word of the vocabulary has one random direction that depends only on the seed
 * and the word. An item's vector is the sum of the directions of what its text says, and a user's
 * taste is made of the same directions. So texts that share words are liked by the same people,
 * which a text encoder can learn.
 */
import { createRandom, type Random } from '@lorekeep/core';
import { DEPARTMENTS } from './departments.ts';
import { pick } from './draw.ts';
import { addScaled, MEANING_DIM, normalise, randomDirection } from './vectors.ts';
import type { Department, ProductType, Shelf } from './vocabulary.ts';

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
  /** Types that are wanted after this one, as indexes into `World.types`. */
  complements: number[];
}

export interface Brand {
  name: string;
  departmentIndex: number;
  /** Price level of the brand: 0 is cheap, 3 is luxurious. */
  tier: number;
  style: string;
}

export interface World {
  root: Random;
  shelves: ShelfEntry[];
  types: TypeEntry[];
  brands: Brand[];
  /** Department index → indexes into `brands`. */
  brandsOf: number[][];
  /** The unit direction of a word; `kind` separates equal words of different kinds. */
  meaning(kind: string, word: string): Float32Array;
  /** The meaning of a shelf, unit length: its department, its name and its theme. */
  shelfCentre(shelf: ShelfEntry): Float32Array;
}

const BRANDS_PER_DEPARTMENT = 14;
const NAME_STARTS = 'Hal Bram Kest Ard Vel Tor Mer Lin Quor Fen Sol Wex Dun Pel Cor Hask Ov Rin Tam Zel'.split(' ');
const NAME_ENDS = 'den wick lo mar field ora ley stone ette vik by quist ano more bel'.split(' ');

export function createWorld(seed: number): World {
  const root = createRandom(seed);
  const { shelves, types } = indexVocabulary();
  const meaning = createMeaning(root);
  const centres = shelves.map((shelf) => {
    const centre = new Float32Array(MEANING_DIM);
    addScaled(centre, meaning('department', shelf.department.name), 0.5);
    addScaled(centre, meaning('shelf', shelf.name), 0.6);
    addScaled(centre, meaning('theme', shelf.theme), 0.45);
    return normalise(centre);
  });
  const brands = drawBrands(root.fork('brands'));
  const brandsOf = DEPARTMENTS.map((_, department) =>
    brands.flatMap((brand, index) => (brand.departmentIndex === department ? [index] : [])),
  );
  return { root, shelves, types, brands, brandsOf, meaning, shelfCentre: (shelf) => centres[shelf.index] };
}

/** The vocabulary as flat lists whose entries know their index. */
function indexVocabulary(): { shelves: ShelfEntry[]; types: TypeEntry[] } {
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
  return { shelves, types };
}

function createMeaning(root: Random): World['meaning'] {
  const directions = new Map<string, Float32Array>();
  return (kind, word) => {
    const key = `${kind}:${word}`;
    let direction = directions.get(key);
    if (direction === undefined) {
      direction = randomDirection(root.fork(`meaning:${key}`));
      directions.set(key, direction);
    }
    return direction;
  };
}

function drawBrands(random: Random): Brand[] {
  const names = random.shuffle(NAME_STARTS.flatMap((start) => NAME_ENDS.map((end) => start + end)));
  return DEPARTMENTS.flatMap((department, departmentIndex) =>
    Array.from({ length: BRANDS_PER_DEPARTMENT }, () => ({
      name: names.pop()!,
      departmentIndex,
      tier: [0, 0, 1, 1, 1, 2, 2, 3][random.int(8)],
      style: pick(random, department.styles),
    })),
  );
}
