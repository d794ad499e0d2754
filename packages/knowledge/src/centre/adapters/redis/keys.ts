/**
 * Where entries lie in Redis. `PREFIX:SPACE:` begins every key; the part in braces decides the slot of
 * a cluster, so what is read together lies together and no command crosses slots.
 *
 * | Key                          | Hash                                                              |
 * | ---------------------------- | ----------------------------------------------------------------- |
 * | `{u:USER}`                   | `STORAGE` → entry of the user; `STORAGE\|CATEGORY` → user, category |
 * | `{i:STORAGE:BUCKET}`         | item → entry                                                      |
 * | `{versions}`                 | version → its record, with its storage and number of buckets      |
 * | `{versions}:live`            | storage → 1                                                       |
 * | `{versions}:pending`         | storage of an unfinished version → sign of life                   |
 * | `{versions}:retired`         | storage that was removed the last time → itself                   |
 * | `{versions}:maps`            | storage → maps of the alignment                                   |
 *
 * A storage is eight random hexadecimal digits for each publication: what a killed one has left is
 * never taken for a later version of the same name.
 */
export interface RedisKeys {
  user(id: string): string;
  items(storage: string, bucket: number): string;
  versions: string;
  live: string;
  pending: string;
  retired: string;
  maps: string;
  allUsers: string;
}

/** Digits of a storage. */
export const STORAGE_LENGTH = 8;

/** @param prefix and `space` have no character that a pattern or braces would change */
export function redisKeys(prefix: string, space: string): RedisKeys {
  const head = `${prefix}:${space}:`;
  const versions = `${head}{versions}`;
  return {
    user: (id) => `${head}{u:${id}}`,
    items: (storage, bucket) => `${head}{i:${storage}:${bucket}}`,
    versions,
    live: `${versions}:live`,
    pending: `${versions}:pending`,
    retired: `${versions}:retired`,
    maps: `${versions}:maps`,
    allUsers: `${head}{u:*`,
  };
}

export const categoryField = (storage: string, category: string): string => `${storage}|${category}`;

/** The bucket of an item: FNV-1a over its UTF-16 units. */
export function bucketOf(item: string, buckets: number): number {
  let hash = 0x811c9dc5;
  for (let j = 0; j < item.length; j++) hash = Math.imul(hash ^ item.charCodeAt(j), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % buckets;
}
