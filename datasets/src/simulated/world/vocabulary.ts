/**
 * The words of the simulated shop: twelve departments, three shelves each, four product types per
 * shelf. Each word is printed on the items that carry it and has a meaning vector (`world.ts`), so
 * text and behaviour agree. No brand, product or text is taken from a real shop.
 */

export interface ProductType {
  /** Unique in the shop. */
  noun: string;
  /** Price of an ordinary product of this type. */
  price: number;
  materials: string[];
  /** Noun phrases, at least two. */
  features: string[];
  /** Sizes, colours, packs. */
  variants: string[];
  /** Days until an ordinary user needs the next one; absent for durable products. */
  lastsDays?: number;
  /** Nouns of the complements: users who bought this want them next. */
  goesWith: string[];
}

export interface Shelf {
  name: string;
  /**
   * Shelves of different departments with the same theme attract the same people: coffee machines
   * and coffee.
   */
  theme: string;
  /** Who or what the products of this shelf are for. */
  uses: string[];
  types: ProductType[];
}

export interface Department {
  name: string;
  /** Share of interest relative to the other departments. */
  weight: number;
  styles: string[];
  shelves: Shelf[];
}

export const SHELVES_PER_DEPARTMENT = 3;

export const PRICE_TIERS = [
  { words: ['Value', 'Basics', 'Everyday'], factor: 0.6, phrase: 'An affordable choice that does what it should.' },
  { words: ['', '', 'Classic'], factor: 1, phrase: 'A dependable choice at a fair price.' },
  { words: ['Premium', 'Pro', 'Select'], factor: 1.7, phrase: 'Premium quality for people who use it often.' },
  { words: ['Signature', 'Reserve', 'Master'], factor: 2.9, phrase: 'The finest of its range, made in small batches.' },
] as const;

const list = (words: string) => words.split(' | ');

/** A durable product. Materials, features and variants are separated by ` | `. */
export function product(
  noun: string,
  price: number,
  materials: string,
  features: string,
  variants: string,
  goesWith: string[] = [],
): ProductType {
  return { noun, price, materials: list(materials), features: list(features), variants: list(variants), goesWith };
}

/** A product that is used up after about `lastsDays` days. */
export function consumable(lastsDays: number, ...rest: Parameters<typeof product>): ProductType {
  return { ...product(...rest), lastsDays };
}
