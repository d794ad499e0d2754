/**
 * Knowledge in Redis or Redis Cluster. `keys.ts` says where it lies.
 *
 * A version becomes visible and goes in one step each (scripts over keys of one slot). Every read asks
 * for the sign of its version along with the entries, and the entries of a version that goes are
 * removed only after the longest possible read, so no read mistakes a removed entry for a missing one.
 *
 * A write is as durable as Redis is: with `appendonly yes` and `appendfsync always` it survives a
 * crash of the machine.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { errors } from '../../../errors.ts';
import type { KnowledgeVersion } from '../../contract/store.ts';
import type { KnowledgeTables, RemovedIds } from '../../contract/tables.ts';
import { parseRedisUrl } from './address.ts';
import { type Argument, connectRedis, type RedisCommand } from './connection.ts';
import { findInRedis, type StoredVersion } from './find.ts';
import { ItemCache } from './item-cache.ts';
import { bucketOf, type RedisKeys, redisKeys, STORAGE_LENGTH } from './keys.ts';
import { removeBuckets, sendInSlices, sweepUsers, writeRows } from './write.ts';

/** Keys: versions, live, pending. Values: version, record, storage. */
const PUBLISH = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
if redis.call('HEXISTS', KEYS[3], ARGV[3]) == 0 then return -1 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[3], '1')
redis.call('HDEL', KEYS[3], ARGV[3])
return 1`;

/** A publication that was taken for abandoned must not come back. Key: pending. Values: storage, sign. */
const SIGN = `
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`;

/** Keys: versions, live. Values: version, storage. */
const RETIRE = `
redis.call('HDEL', KEYS[2], ARGV[2])
return redis.call('HDEL', KEYS[1], ARGV[1])`;

interface RedisTablesOptions {
  timeoutMs: number;
  cacheEntries: number;
  cacheSeconds: number;
  itemBuckets: number;
  abandonedSeconds: number;
  /** Begins every key. */
  prefix: string;
}

/** What is kept of a version, and of one that is not finished. */
interface Stored extends StoredVersion {
  record: KnowledgeVersion;
}
interface Pending extends StoredVersion {
  aliveAt: number;
}

/** @throws LorekeepError `KNOWLEDGE_URL_INVALID`, `KNOWLEDGE_ADAPTER_MISSING`, `KNOWLEDGE_STORE_UNAVAILABLE` */
export async function openRedisTables(url: string, options: RedisTablesOptions): Promise<KnowledgeTables> {
  const address = parseRedisUrl(url);
  const connection = await connectRedis(address, options.timeoutMs);
  const cache = new ItemCache(options.cacheEntries, options.cacheSeconds);
  const known = new Map<string, StoredVersion>();
  const keysOf = (space: string) => redisKeys(options.prefix, space);

  async function one(isReadonly: boolean, ...parts: [string, string, ...Argument[]]): Promise<unknown> {
    return (await connection.send([{ key: parts[1], isReadonly, arguments: parts }]))[0];
  }
  async function script(text: string, keys: string[], values: string[]): Promise<unknown> {
    const parts = ['EVAL', text, String(keys.length), ...keys, ...values];
    return (await connection.send([{ key: keys[0], isReadonly: false, arguments: parts }]))[0];
  }
  async function readAll<Value>(key: string): Promise<Value[]> {
    const reply = (await one(true, 'HVALS', key)) as Buffer[];
    return reply.map((value) => JSON.parse(value.toString()));
  }

  async function readStored(space: string): Promise<Stored[]> {
    const stored = await readAll<Stored>(keysOf(space).versions);
    for (const name of known.keys()) if (name.startsWith(`${space}/`)) known.delete(name);
    for (const { record, storage, buckets } of stored) known.set(`${space}/${record.version}`, { storage, buckets });
    return stored;
  }
  async function storedVersion(space: string, version: string): Promise<StoredVersion | undefined> {
    const name = `${space}/${version}`;
    if (!known.has(name)) await readStored(space);
    return known.get(name);
  }

  async function removeEntries(
    keys: RedisKeys,
    storages: StoredVersion[],
    { users, items }: RemovedIds,
  ): Promise<void> {
    const commands: RedisCommand[] = users.map((user) => {
      const key = keys.user(user);
      return { key, isReadonly: false, arguments: ['UNLINK', key] };
    });
    for (const { storage, buckets } of storages)
      for (const item of items) {
        const key = keys.items(storage, bucketOf(item, buckets));
        commands.push({ key, isReadonly: false, arguments: ['HDEL', key, item] });
        cache.delete(storage, item);
      }
    await sendInSlices(connection, commands);
    // A read that was on its way may have put an erased item into the cache.
    for (const { storage } of storages) for (const item of items) cache.delete(storage, item);
  }

  return {
    place: address.label,

    async records(space) {
      return (await readStored(space)).map(({ record }) => record);
    },

    async publish(space, version, fill) {
      const keys = keysOf(space);
      const stored = { storage: randomBytes(STORAGE_LENGTH / 2).toString('hex'), buckets: options.itemBuckets };
      const { storage } = stored;
      const sign = (aliveAt: number) => JSON.stringify({ ...stored, aliveAt } satisfies Pending);
      await one(false, 'HSET', keys.pending, storage, sign(Date.now()));
      const alive = setInterval(
        () => script(SIGN, [keys.pending], [storage, sign(Date.now())]).catch(() => {}),
        options.abandonedSeconds * 250,
      );
      try {
        const record = await fill({
          put: (rows) => writeRows(connection, keys, stored, rows),
          putMaps: async (maps) => void (await one(false, 'HSET', keys.maps, storage, Buffer.from(maps))),
          remove: (ids) => removeEntries(keys, [stored], ids),
        });
        clearInterval(alive);
        const text = JSON.stringify({ ...stored, record } satisfies Stored);
        const names = [keys.versions, keys.live, keys.pending];
        const outcome = await script(PUBLISH, names, [version, text, storage]);
        if (outcome === 0) throw errors.KNOWLEDGE_VERSION_EXISTS({ space, version });
        if (outcome === -1) {
          const reason = 'another publication took this one for abandoned and removed it';
          throw errors.KNOWLEDGE_STORE_UNAVAILABLE({ address: address.label, reason });
        }
      } catch (error) {
        // The next publication removes what was written.
        await one(false, 'HSET', keys.pending, storage, sign(0)).catch(() => {});
        throw error;
      } finally {
        clearInterval(alive);
      }
    },

    async find(space, version, query, wanted) {
      const stored = await storedVersion(space, version);
      if (stored === undefined) return undefined;
      const found = await findInRedis(connection, keysOf(space), stored, query, wanted, cache);
      if (found === undefined) known.delete(`${space}/${version}`);
      return found;
    },

    async maps(space, version) {
      const stored = await storedVersion(space, version);
      if (stored === undefined) return undefined;
      return ((await one(true, 'HGET', keysOf(space).maps, stored.storage)) as Buffer | null) ?? undefined;
    },

    async update(space, version, rows) {
      const stored = await storedVersion(space, version);
      if (stored === undefined) return false;
      const keys = keysOf(space);
      if ((await one(true, 'HEXISTS', keys.live, stored.storage)) !== 1) {
        known.delete(`${space}/${version}`);
        return false;
      }
      await writeRows(connection, keys, stored, rows);
      return true;
    },

    async remove(space, ids) {
      const keys = keysOf(space);
      const [stored, pending] = [await readStored(space), await readAll<Pending>(keys.pending)];
      await removeEntries(keys, [...stored, ...pending], ids);
    },

    async collect(space, versions) {
      const keys = keysOf(space);
      const stored = await readStored(space);
      const pending = await readAll<Pending>(keys.pending);
      const oldest = Date.now() - options.abandonedSeconds * 1000;
      const abandoned = pending.filter(({ aliveAt }) => aliveAt < oldest);
      const retired = stored.filter(({ record }) => versions.includes(record.version));
      const doomed: StoredVersion[] = [...retired, ...abandoned];
      if (doomed.length === 0) return;
      for (const { record, storage } of retired) {
        await script(RETIRE, [keys.versions, keys.live], [record.version, storage]);
        known.delete(`${space}/${record.version}`);
      }
      await sleep(options.timeoutMs);
      for (const version of doomed) await removeBuckets(connection, keys, version);
      // An update that was on its way may have written to a version after it went: what was removed
      // the last time is looked for once more.
      const before = await readAll<string>(keys.retired);
      const storages = doomed.map(({ storage }) => storage);
      await sweepUsers(connection, keys, new Set([...before, ...storages]));
      if (before.length > 0) await one(false, 'HDEL', keys.retired, ...before);
      await one(false, 'HSET', keys.retired, ...storages.flatMap((storage) => [storage, JSON.stringify(storage)]));
      await one(false, 'HDEL', keys.maps, ...storages);
      await one(false, 'HDEL', keys.pending, ...storages);
    },

    cacheStats: () => ({ hits: cache.hits, misses: cache.misses }),

    close: () => connection.close(),
  };
}
