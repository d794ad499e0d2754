/**
 * Title, description and the other visible fields of a simulated item, composed from what was drawn
 * for it.
 */
import type { Random } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import { pick } from './draw.ts';
import { PRICE_TIERS } from './vocabulary.ts';
import type { World } from './world.ts';

/** What an item's text says. */
export interface ItemWords {
  /** Index into `World.types`. */
  type: number;
  /** Index into `World.brands`. */
  brand: number;
  material: string;
  features: [string, string];
  use: string;
  style: string;
  variant: string;
  /** Index into `PRICE_TIERS`. */
  tier: number;
  tierWord: string;
  price: number;
}

/** @param random chooses among the phrasings */
export function composeItem(world: World, words: ItemWords, id: string, random: Random): Item {
  const { shelf, noun } = world.types[words.type];
  const brand = world.brands[words.brand].name;
  const head = [brand, words.tierWord, words.style, words.material, noun].filter((word) => word !== '').join(' ');
  const tail = composeTail(words, random);
  return {
    id,
    title: `${head}, ${tail}`,
    brand,
    categories: [shelf.department.name, shelf.name, noun],
    description: composeDescription(world, words, random),
    price: words.price,
  };
}

function composeTail({ features, variant }: ItemWords, random: Random): string {
  return pick(random, [
    `${features[0]}, ${variant}`,
    `${variant}, ${features[0]}`,
    `${features[0]} and ${features[1]}, ${variant}`,
    `${variant} – ${features[0]}`,
  ]);
}

function composeDescription(world: World, words: ItemWords, random: Random): string {
  const { shelf, noun, lastsDays, complements } = world.types[words.type];
  const { features, use, material, style, tier } = words;
  const brand = world.brands[words.brand].name;
  const sentences = [
    pick(random, [
      `Made for ${use}, featuring ${features[0]} and ${features[1]}.`,
      `${style} ${noun} for ${use}, featuring ${features[1]}.`,
      `${material} ${noun} by ${brand} for ${use}, featuring ${features[1]}.`,
    ]),
  ];
  if (random.next() < 0.6) sentences.push(PRICE_TIERS[tier].phrase);
  if (random.next() < 0.4) {
    const partner = complements.length === 0 ? undefined : world.types[pick(random, complements)].noun;
    if (partner !== undefined) sentences.push(`Often bought together with ${partner}.`);
    else if (lastsDays !== undefined) sentences.push(`One pack lasts about ${lastsDays} days.`);
    else sentences.push(`Part of the ${brand} ${shelf.theme} range.`);
  }
  return sentences.join(' ');
}
