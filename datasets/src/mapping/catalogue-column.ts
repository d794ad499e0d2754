/**
 * The columns of prices and categories of one catalogue file: what their texts show while the file
 * is read, and the values of each item when the whole column is known.
 */
import type { Item } from '@lorekeep/store';
import { createListEvidence, readList } from '../values/lists.ts';
import {
  type DecimalSign,
  decimalSignOf,
  noPriceForms,
  type PriceForm,
  priceFormOf,
  readPrice,
} from '../values/price.ts';
import type { RawItem } from './to-item.ts';

export interface ColumnForms {
  decimalSign?: DecimalSign;
  listSeparators?: readonly string[];
  /** Prices that are left out; the first of each cause are named. */
  dropped: { cause: string; count: number; examples: { line: number; value: string }[] }[];
}

export interface CatalogueColumns {
  add(line: number, item: RawItem): void;
  /** What the columns show. Called when the file has been read. */
  forms(): ColumnForms;
  /** The item with its price and categories read. */
  finish(item: RawItem): Item;
}

const MAX_EXAMPLES = 3;

const CAUSES: Partial<Record<PriceForm, string>> = {
  either: 'price may have decimals or thousands',
  unreadable: 'price is not a number',
};

/** @param given separators of lists: named by the caller, or those of a known layout */
export function createCatalogueColumns(given: readonly string[] | undefined): CatalogueColumns {
  const prices = noPriceForms();
  const examples: Partial<Record<PriceForm, { line: number; value: string }[]>> = { either: [], unreadable: [] };
  const lists = createListEvidence();
  let decided: ColumnForms | undefined;

  function decide(): ColumnForms {
    const decimalSign = decimalSignOf(prices);
    const shown = given === undefined ? lists.separator() : undefined;
    const listSeparators = given ?? (shown === undefined ? undefined : [shown]);
    const left: PriceForm[] = decimalSign === undefined ? ['either', 'unreadable'] : ['unreadable'];
    const dropped = left
      .filter((form) => prices[form] > 0)
      .map((form) => ({ cause: CAUSES[form]!, count: prices[form], examples: examples[form]! }));
    return { decimalSign, listSeparators, dropped };
  }

  return {
    add(line, { price, categories }) {
      if (typeof price === 'string') {
        const form = priceFormOf(price);
        prices[form]++;
        const named = examples[form];
        if (named !== undefined && named.length < MAX_EXAMPLES) named.push({ line, value: price });
      }
      if (typeof categories === 'string') lists.add(categories);
    },
    forms() {
      decided ??= decide();
      return decided;
    },
    finish({ price, categories, ...rest }) {
      decided ??= decide();
      const item: Item = rest;
      if (typeof categories === 'string')
        item.categories = readLists(categories, decided.listSeparators, given !== undefined);
      else if (categories !== undefined) item.categories = categories;
      const number = typeof price === 'string' ? readPrice(price, decided.decimalSign) : price;
      if (number !== undefined) item.price = number;
      return item;
    },
  };
}

/** @param only split at the given separators alone, one after the other */
function readLists(text: string, separators: readonly string[] | undefined, only: boolean): string[] {
  if (separators === undefined || !only) return readList(text, separators?.[0]);
  const parts = separators.reduce((list, separator) => list.flatMap((part) => readList(part, separator, true)), [text]);
  return [...new Set(parts)];
}
