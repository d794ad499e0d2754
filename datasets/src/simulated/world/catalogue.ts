/**
 * The simulated items. An item depends only on the seed and its own number, so a larger catalogue
 * begins with the smaller one. Its text says everything its meaning vector is made of (department,
 * shelf, theme, type, material, features, use, style, price level, brand), except for a hidden
 * direction and a quality, which no text tells, as in real shops.
 *
 * Texts are composed on request; only numbers are stored per item (about 150 bytes).
 */
import type { Random } from '@lorekeep/core';
import type { Item } from '@lorekeep/store';
import type { ResolvedShopOptions } from '../options.ts';
import { pick, pickWeighted } from './draw.ts';
import { composeItem, type ItemWords } from './item-text.ts';
import { addScaled, MEANING_DIM, normalise, randomDirection } from './vectors.ts';
import { PRICE_TIERS, SHELVES_PER_DEPARTMENT } from './vocabulary.ts';
import type { World } from './world.ts';

export interface Catalogue {
  size: number;
  /** `[size × MEANING_DIM]`, unit rows. */
  vectors: Float32Array;
  /**
   * `[size]` added to an item's log-odds of a click; users learn it only by looking at the item.
   */
  quality: Float32Array;
  /** `[size]` log of the price relative to an ordinary product of the same type. */
  priceLevel: Float32Array;
  /** `[size]` index into `World.types`. */
  type: Uint16Array;
  /** `[size]` index into `World.brands`. */
  brand: Uint16Array;
  /** `[size]` 0 for items that are for sale from the start. */
  launchDay: Uint16Array;
  /** Composes an item's text. */
  item(index: number): Item;
}

/** Weight of each thing the text says in an item's vector. */
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
    item(index) {
      const drawn = drawItem(world, index);
      return composeItem(world, drawn, itemId(index), drawn.phrasing);
    },
  };
  for (let index = 0; index < size; index++) {
    const drawn = drawItem(world, index);
    catalogue.vectors.set(vectorOf(world, drawn), index * MEANING_DIM);
    catalogue.quality[index] = drawn.quality;
    catalogue.priceLevel[index] = Math.log(drawn.price / world.types[drawn.type].price);
    catalogue.type[index] = drawn.type;
    catalogue.brand[index] = drawn.brand;
    // The first item is for sale from the start, because a shop needs one item to show.
    const isNew = index > 0 && drawn.newness < options.newItemShare;
    catalogue.launchDay[index] = isNew ? 1 + Math.floor(drawn.launch * (options.days - 2)) : 0;
  }
  return catalogue;
}

interface DrawnItem extends ItemWords {
  quality: number;
  /** The part of the meaning that the text does not tell. */
  hidden: Float32Array;
  /** Uniform; the item is new if this is below the share of new items. */
  newness: number;
  /** Uniform; when a new item is launched. */
  launch: number;
  /** The rest of the item's random stream, for its text. */
  phrasing: Random;
}

/** All draws of one item. Their order is part of the generator: another order gives other items. */
function drawItem(world: World, index: number): DrawnItem {
  const random = world.root.fork(`item:${index}`);
  const department = pickWeighted(
    random,
    world.brandsOf.map((_, i) => world.shelves[i * SHELVES_PER_DEPARTMENT].department.weight),
  );
  const shelf = world.shelves[department * SHELVES_PER_DEPARTMENT + random.int(SHELVES_PER_DEPARTMENT)];
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
