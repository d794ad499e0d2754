/** Opens a knowledge store with the adapter that its URL names. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFileTables } from './adapters/file/file-tables.ts';
import { isRedisUrl } from './adapters/redis/address.ts';
import { openRedisTables } from './adapters/redis/redis-tables.ts';
import { checkName } from './contract/checks.ts';
import type { KnowledgeStore } from './contract/store.ts';
import { OPTIONS, optionsOf, type RedisOptions, type StoreOptions } from './options.ts';
import { createKnowledgeStore } from './store/knowledge-store.ts';

export interface OpenKnowledgeOptions extends StoreOptions, RedisOptions {
  /** Begins every key in Redis. Default `lorekeep`. */
  prefix?: string;
}

/**
 * Opens a knowledge store: in a folder, which is created if it does not exist, or in Redis.
 *
 * @param pathOrUrl a path or a `file:` URL; `redis://USER:PASSWORD@HOST:PORT/DATABASE`, with `rediss:`
 *   for TLS; `redis+cluster://HOST:PORT,HOST:PORT` with some nodes of a cluster
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`, `PATH_…`, `KNOWLEDGE_URL_INVALID`,
 *   `KNOWLEDGE_ADAPTER_MISSING`, `KNOWLEDGE_STORE_UNAVAILABLE`
 */
export async function openKnowledgeStore(
  pathOrUrl: string,
  options: OpenKnowledgeOptions = {},
): Promise<KnowledgeStore> {
  if (!isRedisUrl(pathOrUrl)) {
    const { refreshSeconds, abandonedSeconds } = optionsOf('store', options);
    return createKnowledgeStore(
      await openFileTables(folderOf(pathOrUrl), { refreshSeconds, abandonedSeconds }),
      options,
    );
  }
  const { prefix = 'lorekeep', ...others } = options;
  checkName('prefix', prefix);
  const ofRedis = ([name]: [string, unknown]) => Object.hasOwn(OPTIONS.redis, name);
  const given = Object.entries(others);
  const redis = optionsOf('redis', Object.fromEntries(given.filter(ofRedis)));
  const forStore = Object.fromEntries(given.filter((entry) => !ofRedis(entry)));
  const { abandonedSeconds } = optionsOf('store', forStore);
  return createKnowledgeStore(await openRedisTables(pathOrUrl, { ...redis, abandonedSeconds, prefix }), forStore);
}

const folderOf = (pathOrUrl: string): string => (pathOrUrl.startsWith('file:') ? fileURLToPath(pathOrUrl) : pathOrUrl);

/**
 * Whether there is something to open: false for a folder that does not exist. A Redis is not asked, and
 * counts as there.
 */
export const hasKnowledgeStore = (pathOrUrl: string): boolean =>
  isRedisUrl(pathOrUrl) || existsSync(folderOf(pathOrUrl));
