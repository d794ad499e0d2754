/** Which view the address names: `#/explore/item/B0001`. */
import { useEffect, useState } from 'preact/hooks';

export interface Route {
  view: string;
  /** The rest, decoded. */
  rest: string[];
}

export function parseRoute(hash: string): Route {
  const [view = '', ...rest] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return { view, rest };
}

export const addressOf = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join('/')}`;

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
