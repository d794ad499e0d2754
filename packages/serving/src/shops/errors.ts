/** The errors of many shops in one process. */
import { defineErrors, failure, usage } from '@lorekeep/core';

export const errors = defineErrors({
  SHOP_UNKNOWN: usage<{ shop: string }>({
    http: 404,
    message: ({ shop }) => `There is no shop with the name ${JSON.stringify(shop)}.`,
    hint: 'List the shops, or create this one.',
  }),
  SHOP_EXISTS: usage<{ shop: string }>({
    http: 409,
    message: ({ shop }) => `There is a shop with the name ${JSON.stringify(shop)} already.`,
    hint: 'Choose another name, or delete that shop first.',
  }),
  SHOP_NAME: usage<{ shop: string }>({
    http: 400,
    message: ({ shop }) => `${JSON.stringify(shop)} cannot be the name of a shop.`,
    hint: 'Give 1 to 63 lower-case letters, digits and hyphens, beginning with a letter or digit; "default" belongs to the host.',
  }),
  SHOP_LIMITS: usage<{ problem: string }>({
    http: 400,
    message: ({ problem }) => `The limits of a shop are not valid: ${problem}.`,
    hint: 'Correct this value.',
  }),
  SHOPS_OPTION: usage<{ option: string; expected: string }>({
    message: ({ option, expected }) => `${option}: expected ${expected}.`,
    hint: 'Correct this value.',
  }),
  SHOPS_FULL: usage<{ most: number }>({
    http: 409,
    message: ({ most }) => `This service takes at most ${most} shops, and has as many.`,
    hint: 'Delete a shop, or start the service with a larger limit.',
  }),
  SHOPS_BUSY: failure<{ most: number }>({
    http: 503,
    message: ({ most }) => `${most} shops are loaded and in use, which is as many as may be loaded together.`,
    hint: 'Send the same request again in a moment.',
  }),
  SHOP_ITEMS_FULL: usage<{ most: number; stored: number }>({
    http: 409,
    message: ({ most, stored }) => `This shop may have ${most} items, and has ${stored}. Nothing was written.`,
    hint: 'Delete items, or ask the operator for a larger limit.',
  }),
  SHOP_EVENTS_FULL: usage<{ most: number; stored: number }>({
    http: 409,
    message: ({ most, stored }) => `This shop may have ${most} events, and has ${stored}. Nothing was written.`,
    hint: 'Delete old events, or ask the operator for a larger limit.',
  }),
  SHOP_NOT_OPENED: failure<{ shop: string; code: string }>({
    http: 503,
    message: ({ shop, code }) => `The shop ${JSON.stringify(shop)} could not be opened (${code}).`,
    hint: 'The log of the service has the cause. The next request tries again after a few seconds.',
  }),
  SHOP_NOT_PUBLISHED: failure<{ code: string; reason: string }>({
    message: ({ reason }) => `The items of the shop could not be published: ${reason}`,
    hint: 'They are stored. The next items try again.',
  }),
  SHOP_DAMAGED: failure<{ path: string }>({
    message: ({ path }) => `The settings of a shop in "${path}" cannot be read.`,
    hint: 'Restore the file from a backup, or remove it: the shop then has no limits.',
  }),
  SHOPS_MISSING: usage<{ dir: string }>({
    message: ({ dir }) => `"${dir}" is not a folder of shops.`,
    hint: 'Name a folder, which need not exist yet, and not the folder of one shop.',
  }),
});
