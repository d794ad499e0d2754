/** Reads a batch: one command for each user, and one for each bucket that has an item of the batch. */
import type { KnowledgeQuery } from '../../contract/data.ts';
import type { FoundBlobs } from '../../contract/tables.ts';
import type { Kind } from '../../schema/layout.ts';
import type { RedisCommand, RedisConnection } from './connection.ts';
import type { ItemCache } from './item-cache.ts';
import { bucketOf, categoryField, type RedisKeys } from './keys.ts';

/** Where the entries of a version lie. */
export interface StoredVersion {
  storage: string;
  buckets: number;
}

interface UserRequest {
  parts: string[];
  /** Category → place in the reply. */
  places: Map<string, number>;
  command: number;
}

const none = (count: number): FoundBlobs => ({
  bytes: new Array(count).fill(undefined),
  offsets: new Float64Array(count),
});

/** @returns `undefined` if the version is not there any more */
export async function findInRedis(
  connection: RedisConnection,
  keys: RedisKeys,
  { storage, buckets }: StoredVersion,
  { users, items, categories }: KnowledgeQuery,
  wanted: Readonly<Record<Kind, boolean>>,
  cache: ItemCache,
): Promise<Record<Kind, FoundBlobs> | undefined> {
  const now = performance.now();
  const count = users.length;
  const found = { user: none(count), item: none(count), userCategory: none(count) };
  const commands: RedisCommand[] = [{ key: keys.live, isReadonly: true, arguments: ['HEXISTS', keys.live, storage] }];

  const requests = new Map<string, UserRequest>();
  const places = new Int32Array(count).fill(-1);
  if (wanted.user || wanted.userCategory)
    for (let at = 0; at < count; at++) {
      const user = users[at];
      // A lone surrogate has no UTF-8 form; it would be read as another id.
      if (!user.isWellFormed()) continue;
      let request = requests.get(user);
      if (request === undefined) {
        const key = keys.user(user);
        request = { parts: ['HMGET', key, storage], places: new Map(), command: commands.length };
        requests.set(user, request);
        commands.push({ key, isReadonly: true, arguments: request.parts });
      }
      if (!wanted.userCategory || !categories[at].isWellFormed()) continue;
      let place = request.places.get(categories[at]);
      if (place === undefined) {
        place = request.places.size + 1;
        request.places.set(categories[at], place);
        request.parts.push(categoryField(storage, categories[at]));
      }
      places[at] = place;
    }

  const missing = new Map<number, { ids: Map<string, number>; command: number }>();
  if (wanted.item)
    for (let at = 0; at < count; at++) {
      const item = items[at];
      if (!item.isWellFormed()) continue;
      const cached = cache.get(storage, item, now);
      if (cached !== null) {
        found.item.bytes[at] = cached;
        continue;
      }
      const bucket = bucketOf(item, buckets);
      let request = missing.get(bucket);
      if (request === undefined) {
        const key = keys.items(storage, bucket);
        request = { ids: new Map(), command: commands.length };
        missing.set(bucket, request);
        commands.push({ key, isReadonly: true, arguments: ['HMGET', key] });
      }
      if (request.ids.has(item)) continue;
      request.ids.set(item, request.ids.size);
      commands[request.command].arguments.push(item);
    }

  const replies = (await connection.send(commands)) as [number, ...(Buffer | null)[][]];
  if (replies[0] !== 1) return undefined;
  for (let at = 0; at < count; at++) {
    const request = requests.get(users[at]);
    if (request === undefined) continue;
    const reply = replies[request.command] as (Buffer | null)[];
    if (wanted.user) found.user.bytes[at] = reply[0] ?? undefined;
    if (places[at] > 0) found.userCategory.bytes[at] = reply[places[at]] ?? undefined;
  }
  if (missing.size === 0) return found;
  const read = new Map<string, Buffer | undefined>();
  for (const { ids, command } of missing.values()) {
    const reply = replies[command] as (Buffer | null)[];
    for (const [item, place] of ids) read.set(item, cache.put(storage, item, reply[place], now));
  }
  for (let at = 0; at < count; at++) if (read.has(items[at])) found.item.bytes[at] = read.get(items[at]);
  return found;
}
