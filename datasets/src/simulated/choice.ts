/**
 * How a simulated user chooses: position decides what is looked at, preference decides what is clicked of that, and of
 * what is clicked some goes into the cart and some of the cart is bought. This is the examination hypothesis
 * (Richardson et al., WWW 2007; Craswell et al., WSDM 2008): P(click) = P(examined | surface, position) ·
 * P(click | examined, user, item, moment).
 */
import type { Catalogue } from './catalogue.ts';
import { MEANING_DIM } from './meaning.ts';
import type { UserState } from './users.ts';

export type Surface = 'home' | 'search' | 'category' | 'similar';

/** Items a page, and how fast attention falls: examined with probability (1 + position)^−decay, positions from 0. */
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
 * Log-odds that the user clicks the item once it is examined, on no particular errand:
 * −2.55 + 5 · cos(taste, item) + quality + 0.8 if the brand is loved − 0.8 · (price level − budget)².
 */
export function preference(catalogue: Catalogue, user: UserState, item: number): number {
  let product = 0;
  const start = item * MEANING_DIM;
  for (let i = 0; i < MEANING_DIM; i++) product += user.taste[i] * catalogue.vectors[start + i];
  const misfit = catalogue.priceLevel[item] - user.budget;
  const loved = user.lovedBrands.includes(catalogue.brand[item]) ? LOVED_BRAND : 0;
  return BASE + TASTE * product + catalogue.quality[item] + loved - PRICE_MISFIT * Math.min(2, misfit * misfit);
}

/** What the user came for. `item` is set when a used-up purchase is to be replaced by the same again. */
export interface Errand {
  type: number;
  shelf: number;
  item?: number;
}

const ERRAND_TYPE = 1.8;
const ERRAND_SHELF = 0.7;
const ERRAND_ITEM = 2;

/** What an errand adds to the log-odds: 1.8 for the type sought (else 0.7 for its shelf), 2 more for the very item. */
export function errandBonus(type: number, shelf: number, item: number, errand: Errand | undefined): number {
  if (errand === undefined) return 0;
  const kind = type === errand.type ? ERRAND_TYPE : shelf === errand.shelf ? ERRAND_SHELF : 0;
  return kind + (item === errand.item ? ERRAND_ITEM : 0);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export const clickProbability = (logOdds: number) => sigmoid(logOdds);
/** Of a clicked item. */
export const cartProbability = (logOdds: number) => sigmoid(0.6 * logOdds - 1.6);
/** Of an item in the cart, at the end of the session. */
export const purchaseProbability = (logOdds: number) => sigmoid(0.3 * logOdds + 0.2);
