/**
 * The simulated items. An item is drawn from the seed and its own number alone, so a larger catalogue begins with the
 * smaller one. Its text says everything its meaning vector is made of (department, shelf, theme, type, material,
 * features, use, style, price level, brand), except a small part no text tells: a hidden direction and a quality, as
 * in any real shop.
 *
 * Texts are composed when asked for; per item only numbers are kept (about 150 bytes).
 */
import type { Random } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import { addScaled, MEANING_DIM, normalise, pick, pickWeighted, randomDirection, type World } from './meaning.ts';
import type { ResolvedShopOptions } from './options.ts';
import { PRICE_TIERS } from './vocabulary.ts';

export interface Catalogue {
  size: number;
  /** `[size × MEANING_DIM]`, unit rows. */
  vectors: Float32Array;
  /** `[size]` what people find out only by looking: added to an item's log-odds of being clicked. */
  quality: Float32Array;
  /** `[size]` log of the price relative to an ordinary one of its type. */
  priceLevel: Float32Array;
  /** `[size]` index into `World.types`. */
  type: Uint16Array;
  /** `[size]` index into `World.brands`. */
  brand: Uint16Array;
  /** `[size]` 0 for what is there from the start. */
  launchDay: Uint16Array;
  /** Composes an item's text. */
  item(index: number): Item;
}

/** How much each thing the text says weighs in an item's vector. */
const WEIGHTS = {
  shelf: 0.75,
  type: 0.5,
  material: 0.3,
  feature: 0.25,
  use: 0.3,
  style: 0.35,
  tier: 0.25,
  brand: 0.35,
};
const HIDDEN_WEIGHT = 0.25;
const QUALITY_SPREAD = 0.45;

export const itemId = (index: number) => `sim-item-${String(index).padStart(6, '0')}`;

export function createCatalogue(world: World, options: ResolvedShopOptions): Catalogue {
  const size = options.items;
  const catalogue: Catalogue = {
    size,
    vectors: new Float32Array(size * MEANING_DIM),
    quality: new Float32Array(size),
    priceLevel: new Float32Array(size),
    type: new Uint16Array(size),
    brand: new Uint16Array(size),
    launchDay: new Uint16Array(size),
    item: (index) => compose(world, draw(world, index), itemId(index)),
  };
  for (let index = 0; index < size; index++) {
    const drawn = draw(world, index);
    catalogue.vectors.set(vectorOf(world, drawn), index * MEANING_DIM);
    catalogue.quality[index] = drawn.quality;
    catalogue.priceLevel[index] = Math.log(drawn.price / world.types[drawn.type].price);
    catalogue.type[index] = drawn.type;
    catalogue.brand[index] = drawn.brand;
    // The first item is always there: a shop never opens empty.
    const isNew = index > 0 && drawn.newness < options.newItemShare;
    catalogue.launchDay[index] = isNew ? 1 + Math.floor(drawn.launch * (options.days - 2)) : 0;
  }
  return catalogue;
}

interface DrawnItem {
  type: number;
  brand: number;
  material: string;
  features: [string, string];
  use: string;
  style: string;
  variant: string;
  tier: number;
  tierWord: string;
  price: number;
  quality: number;
  hidden: Float32Array;
  newness: number;
  launch: number;
  phrasing: Random;
}

function draw(world: World, index: number): DrawnItem {
  const random = world.root.fork(`item:${index}`);
  const department = pickWeighted(
    random,
    world.brandsOf.map((_, i) => world.shelves[i * 3].department.weight),
  );
  const shelf = world.shelves[department * 3 + random.int(3)];
  const type = pick(random, shelf.typeIndexes);
  const brand = pick(random, world.brandsOf[department]);
  const { tier: brandTier, style: brandStyle } = world.brands[brand];
  const tier = Math.min(3, Math.max(0, brandTier + pick(random, [-1, 0, 0, 0, 0, 1])));
  const { materials, features, variants, price } = world.types[type];
  const first = random.int(features.length);
  const second = (first + 1 + random.int(features.length - 1)) % features.length;
  const rough = price * PRICE_TIERS[tier].factor * Math.exp(0.15 * random.normal());
  return {
    type,
    brand,
    material: pick(random, materials),
    features: [features[first], features[second]],
    use: pick(random, shelf.uses),
    style: random.next() < 0.6 ? brandStyle : pick(random, shelf.department.styles),
    variant: pick(random, variants),
    tier,
    tierWord: pick(random, PRICE_TIERS[tier].words),
    price: Number((Math.max(2, Math.round(rough)) - 0.01).toFixed(2)),
    quality: QUALITY_SPREAD * random.normal(),
    hidden: randomDirection(random),
    newness: random.next(),
    launch: random.next(),
    phrasing: random,
  };
}

function vectorOf(world: World, item: DrawnItem): Float32Array {
  const { shelf, noun } = world.types[item.type];
  const vector = new Float32Array(MEANING_DIM);
  addScaled(vector, world.shelfCentre(shelf), WEIGHTS.shelf);
  addScaled(vector, world.meaning('type', noun), WEIGHTS.type);
  addScaled(vector, world.meaning('material', item.material), WEIGHTS.material);
  for (const feature of item.features) addScaled(vector, world.meaning('feature', feature), WEIGHTS.feature);
  addScaled(vector, world.meaning('use', item.use), WEIGHTS.use);
  addScaled(vector, world.meaning('style', item.style), WEIGHTS.style);
  addScaled(vector, world.meaning('tier', String(item.tier)), WEIGHTS.tier);
  addScaled(vector, world.meaning('brand', world.brands[item.brand].name), WEIGHTS.brand);
  addScaled(vector, item.hidden, HIDDEN_WEIGHT);
  return normalise(vector);
}

function compose(world: World, item: DrawnItem, id: string): Item {
  const { shelf, noun, lastsDays, complements } = world.types[item.type];
  const brand = world.brands[item.brand].name;
  const { phrasing: random, features, use, material } = item;
  const head = [brand, item.tierWord, item.style, material, noun].filter((word) => word !== '').join(' ');
  const tail = pick(random, [
    `${features[0]}, ${item.variant}`,
    `${item.variant}, ${features[0]}`,
    `${features[0]} and ${features[1]}, ${item.variant}`,
    `${item.variant} – ${features[0]}`,
  ]);
  const sentences = [
    pick(random, [
      `Made for ${use}, featuring ${features[0]} and ${features[1]}.`,
      `${item.style} ${noun} for ${use}, featuring ${features[1]}.`,
      `${material} ${noun} by ${brand} for ${use}, featuring ${features[1]}.`,
    ]),
  ];
  if (random.next() < 0.6) sentences.push(PRICE_TIERS[item.tier].phrase);
  if (random.next() < 0.4) {
    const partner = complements.length === 0 ? undefined : world.types[pick(random, complements)].noun;
    if (partner !== undefined) sentences.push(`Often bought together with ${partner}.`);
    else if (lastsDays !== undefined) sentences.push(`One pack lasts about ${lastsDays} days.`);
    else sentences.push(`Part of the ${brand} ${shelf.theme} range.`);
  }
  return {
    id,
    title: `${head}, ${tail}`,
    brand,
    categories: [shelf.department.name, shelf.name, noun],
    description: sentences.join(' '),
    price: item.price,
  };
}
