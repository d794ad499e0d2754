/**
 * Names of shops. A name is a folder, a part of an address and the namespace of the shop's keys, so
 * it takes only what is the same in all three: no case, no dots, no separators.
 */
import { DEFAULT_NAMESPACE } from '../access/keys.ts';
import { errors } from './errors.ts';

/** Most shops' names are words; the limit is that of a label in a host name. */
export const SHOP_NAME_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The host's own namespace, and names that Windows keeps for devices. */
const RESERVED = new RegExp(`^(${DEFAULT_NAMESPACE}|con|prn|aux|nul|com\\d|lpt\\d)$`);

export const isShopName = (name: string): boolean => SHOP_NAME_PATTERN.test(name) && !RESERVED.test(name);

/** @throws LorekeepError `SHOP_NAME` */
export function checkShopName(name: string): void {
  if (!isShopName(name)) throw errors.SHOP_NAME({ shop: name.slice(0, 100).toWellFormed() });
}
