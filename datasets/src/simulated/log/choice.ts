/**
 * How a simulated user chooses. Position decides what is looked at; preference decides what of that
 * is clicked; some of what is clicked goes into the cart, and some of the cart is bought. This is
 * the examination hypothesis (Richardson et al., WWW 2007; Craswell et al., WSDM 2008): P(click) =
 * P(examined | surface, position) · P(click | examined, user, item, moment).
 */
import type { Catalogue } from '../world/catalogue.ts';
import type { UserState } from '../world/users.ts';
import { MEANING_DIM } from '../world/vectors.ts';

export type Surface = 'home' | 'search' | 'category' | 'similar';

/**
 * Items per page, and the decay of attention: a position (from 0) is examined with probability (1 +
 * position)^−decay.
 */
export const SURFACES: Record<Surface, { pageSize: number; decay: number }> = {
  home: { pageSize: 10, decay: 0.6 },
  search: { pageSize: 10, decay: 0.9 },
  category: { pageSize: 12, decay: 0.5 },
  similar: { pageSize: 6, decay: 0.8 },
};

export function examinationProbability(surface: Surface, position: number): number {
  return (1 + position) ** -SURFACES[surface].decay;
}

const BASE = -2.55;
const TASTE = 5;
const LOVED_BRAND = 0.8;
const PRICE_MISFIT = 0.8;

/**
 * Log-odds that the user clicks the item if it is examined, without an errand: −2.55 + 5 ·
 * cos(taste, item) + quality + 0.8 if the brand is loved − 0.8 · min(2, (price level − budget)²).
 */
export function preference(catalogue: Catalogue, user: UserState, item: number): number {
  let product = 0;
  const start = item * MEANING_DIM;
  for (let i = 0; i < MEANING_DIM; i++) product += user.taste[i] * catalogue.vectors[start + i];
  const misfit = catalogue.priceLevel[item] - user.budget;
  const loved = user.lovedBrands.includes(catalogue.brand[item]) ? LOVED_BRAND : 0;
  return BASE + TASTE * product + catalogue.quality[item] + loved - PRICE_MISFIT * Math.min(2, misfit * misfit);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const clickProbability = (logOdds: number) => sigmoid(logOdds);
/** Probability that a clicked item goes into the cart. */
export const cartProbability = (logOdds: number) => sigmoid(0.6 * logOdds - 1.6);
/** Probability that an item in the cart is bought at the end of the visit. */
export const purchaseProbability = (logOdds: number) => sigmoid(0.3 * logOdds + 0.2);
