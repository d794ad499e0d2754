/** Which shop a request is for, from its path: `/shops/NAME/v1/recommend`. */
import { isShopName } from '../names.ts';

export interface ShopTarget {
  name: string;
  /** What the server of the shop sees: `/v1/recommend?…`; `undefined` for `/shops/NAME` alone. */
  url: string | undefined;
}

/** A target with a host of its own, `GET http://shop.example/shops/NAME/…`, keeps it. */
const TARGET = /^([a-z][a-z\d+.-]*:\/\/[^/?#]*)?\/shops\/([^/?#]*)(\/.*)?(?:[?#].*)?$/is;

/** `undefined` for a path of the host. */
export function shopTargetOf(url: string): ShopTarget | undefined {
  const [, authority = '', name = '', rest] = TARGET.exec(url) ?? [];
  if (!isShopName(name)) return undefined;
  return { name, url: rest === undefined ? undefined : authority + rest };
}

/** The path of a target without its query. */
export const pathOf = (url: string): string =>
  url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
