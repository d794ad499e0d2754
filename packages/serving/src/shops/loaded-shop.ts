/** A shop in memory: its workspace, its engine, and a server of its own that another one feeds. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoreCounts } from '@lorekeep/store';
import { openWorkspace } from '@lorekeep/workspace';
import { createAuditLog } from '../access/audit.ts';
import type { Keys } from '../access/keys.ts';
import { type AttachedServer, createServer, type ServerOptions } from '../http/server.ts';
import type { ThreadBudget } from './budget.ts';
import type { Publisher } from './engine/publisher.ts';
import { openShopEngine } from './engine/shop-engine.ts';
import type { ShopSettings } from './settings.ts';

export const AUDIT_FILE = 'audit.jsonl';

/** Of a workspace that was served alone before. */
const OWN_KEYS = 'keys.jsonl';

/** What a host decides for all of its shops. */
export type ShopServerOptions = Pick<
  ServerOptions,
  | 'host'
  | 'admin'
  | 'cors'
  | 'allowedHosts'
  | 'insecurePublicWithoutKeys'
  | 'logLevel'
  | 'requestTimeout'
  | 'operation'
  | 'watchInterval'
>;

export interface LoadedShop {
  server: AttachedServer;
  counts(): Promise<StoreCounts>;
  /** Whether work is in progress that no request waits for. */
  isBusy(): boolean;
  close(): Promise<void>;
}

export interface LoadOptions {
  name: string;
  dir: string;
  settings: ShopSettings;
  keys: Keys;
  budget: ThreadBudget;
  publisher: Publisher;
  server: ShopServerOptions;
  onFailure: (error: unknown) => void;
}

/**
 * The keys of the host. A shop that has asked for keys of its own, which are not used here, goes on
 * asking for keys.
 */
export async function keysOf({ keys, dir }: Pick<LoadOptions, 'keys' | 'dir'>): Promise<Keys> {
  const hasOwn = await stat(join(dir, OWN_KEYS)).then(
    () => true,
    () => false,
  );
  return hasOwn ? { ...keys, exist: async () => true } : keys;
}

/** Opens a shop, or nothing of it. */
export async function loadShop(options: LoadOptions): Promise<LoadedShop> {
  const { name, dir, settings, budget, publisher, onFailure } = options;
  const { limits } = settings;
  const workspace = await openWorkspace(dir);
  try {
    const { engine, isBusy } = await openShopEngine({ workspace, limits, budget, publisher, onFailure });
    const server = createServer(engine, {
      ...options.server,
      workspace,
      keys: await keysOf(options),
      namespace: name,
      audit: createAuditLog(join(dir, AUDIT_FILE)),
      bodyLimit: limits.bodyBytes,
      rate: limits.rate,
      processMetrics: false,
    });
    return {
      server: await server.attach(),
      counts: () => workspace.store.counts(),
      isBusy,
      async close() {
        await server.close();
        await engine.close();
        await workspace.close();
      },
    };
  } catch (error) {
    await workspace.close();
    throw error;
  }
}
