/** Options of knowledge stores, with their limits. */
import { type Configuration, defaultsOf, oneOf, real, whole, withOverrides } from '@lorekeep/core';

export const OPTIONS = {
  store: {
    keep: whole(5, [1, 100], 'Versions of a space that are kept; a publication removes older ones.'),
    refreshSeconds: real(1, [0.01, 3600], 'How soon versions and updates of other processes are seen.'),
    abandonedSeconds: whole(
      60,
      [1, 86_400],
      'A publication that has shown no sign of life for this long belongs to a killed process.',
    ),
  },
  redis: {
    timeoutMs: whole(1000, [1, 60_000], 'A read or write that takes longer fails.'),
    cacheEntries: whole(100_000, [0, 10_000_000], 'Items whose entries this process keeps; 0 keeps none.'),
    cacheSeconds: real(60, [0, 86_400], 'How long an item stays in the cache.'),
    itemBuckets: whole(64, [1, 65_536], 'Hashes that the items of a new version are spread over.'),
  },
  publish: { precision: oneOf('fp16', ['fp32', 'fp16', 'int8'], 'How numbers are stored.') },
  align: {
    ridgeAbove: real(0.3, [0, 10], 'If an orthogonal map leaves a larger residual, a ridge map is tried.'),
  },
  read: {
    maxResidual: real(0, [0, 10], 'The largest sum of residuals from the version that is read to the wanted one.'),
  },
};

type Groups = typeof OPTIONS;

/**
 * Defaults with the given values in their place.
 *
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function optionsOf<Group extends keyof Groups>(
  group: Group,
  given: Partial<Configuration<Groups>[Group]>,
): Configuration<Groups>[Group] {
  const table = { [group]: OPTIONS[group] } as unknown as Groups;
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return withOverrides(table, defaultsOf(table), { [group]: present })[group];
}

/** Options of every knowledge store. */
export interface StoreOptions {
  /** Versions of a space that are kept; a publication removes older ones. 1 to 100, default 5. */
  keep?: number;
  /** How soon versions and updates of other processes are seen. .01 to 3,600, default 1. */
  refreshSeconds?: number;
  /**
   * A publication that has shown no sign of life for this long belongs to a killed process, and the
   * next one removes it. 1 to 86,400, default 60.
   */
  abandonedSeconds?: number;
}

/** Options of a knowledge store in Redis. */
export interface RedisOptions {
  /** A read, or a part of a write, that takes longer fails. 1 to 60,000, default 1,000. */
  timeoutMs?: number;
  /** Items whose entries this process keeps; 0 keeps none. Up to 10,000,000, default 100,000. */
  cacheEntries?: number;
  /**
   * How long an item stays in the cache; so long may an item be read that another process has erased.
   * 0 to 86,400, default 60.
   */
  cacheSeconds?: number;
  /** Hashes that the items of a new version are spread over. 1 to 65,536, default 64. */
  itemBuckets?: number;
}
