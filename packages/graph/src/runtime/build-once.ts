/**
 * The value of `key`, built on its first use. A build that failed is tried again on the next use.
 */
export function buildOnce<T>(known: Map<string, Promise<T>>, key: string, build: () => Promise<T>): Promise<T> {
  let found = known.get(key);
  if (found === undefined) {
    found = build();
    found.catch(() => known.delete(key));
    known.set(key, found);
  }
  return found;
}
