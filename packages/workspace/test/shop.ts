/** A small simulated shop as files, in a temporary folder that is removed after the tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSimulatedShop } from '@lorekeep/datasets';

export interface ShopFolder {
  dir: string;
  /** A data folder. */
  shop: string;
  items: string;
  events: string;
  remove(): Promise<void>;
}

export async function createShopFolder(options: { events: number; users: number; items: number }): Promise<ShopFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'lorekeep-workspace-'));
  const shop = join(dir, 'shop');
  const { items, interactions } = await writeSimulatedShop(shop, options);
  return { dir, shop, items, events: interactions, remove: () => rm(dir, { recursive: true }) };
}
