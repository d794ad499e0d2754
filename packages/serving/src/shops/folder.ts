/**
 * The folder of all shops. Each shop is an ordinary workspace under its name:
 *
 *     keys.jsonl            keys of the host and of all shops, by namespace
 *     audit.jsonl           what administrators of the host did
 *     NAME/                 the workspace of a shop, which also works alone
 *     NAME/shop.json        its limits
 *     NAME.….tmp            a shop that is being created
 *     .deleted-NAME-…       a shop that is being deleted
 *
 * A shop is there from one rename on, and gone with another. What a killed process left between the
 * two is removed at the next start. One process serves a folder at a time.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, systemError, writeDirectoryAtomic } from '@lorekeep/core';
import { openStore } from '@lorekeep/store';
import { errors } from './errors.ts';
import { isShopName } from './names.ts';
import { readSettings, type ShopLimits, type ShopSettings, writeSettings } from './settings.ts';

const STORE = 'lorekeep.sqlite';
const LEFTOVER = /^(\.deleted-.*|[a-z0-9-]+\.[0-9a-f]{12}\.tmp)$/;

export interface ShopFolder {
  readonly dir: string;
  pathOf(name: string): string;
  /** Names, in order. */
  names(): Promise<string[]>;
  has(name: string): Promise<boolean>;
  settings(name: string): Promise<ShopSettings>;
  changeLimits(name: string, limits: ShopLimits): Promise<void>;
  /** @throws LorekeepError `SHOP_EXISTS`, `DISK_FULL`, `PATH_…` */
  create(name: string, limits: ShopLimits): Promise<void>;
  /** From the first moment on the shop is gone; resolves when its files are too. */
  remove(name: string): Promise<void>;
  /** Of all its files. */
  bytes(name: string): Promise<number>;
}

/** @throws LorekeepError `SHOPS_MISSING`, `PATH_…` */
export async function openShopFolder(dir: string): Promise<ShopFolder> {
  await mkdir(dir, { recursive: true }).catch((error) => {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOTDIR') throw errors.SHOPS_MISSING({ dir }, error);
    throw systemError(error, dir);
  });
  if (await isThere(join(dir, STORE))) throw errors.SHOPS_MISSING({ dir });
  const pathOf = (name: string) => join(dir, name);
  const has = async (name: string) => isShopName(name) && (await isThere(join(dir, name, STORE)));

  for (const name of await readdir(dir))
    if (LEFTOVER.test(name)) await rm(join(dir, name), { recursive: true, force: true });

  return {
    dir,
    pathOf,
    has,
    async names() {
      const entries = (await readdir(dir)).filter(isShopName).sort();
      const there = await Promise.all(entries.map(has));
      return entries.filter((_, at) => there[at]);
    },
    settings: (name) => readSettings(pathOf(name)),
    async changeLimits(name, limits) {
      const { createdAt } = await readSettings(pathOf(name));
      await writeSettings(pathOf(name), { createdAt, limits });
    },
    async create(name, limits) {
      if (await isThere(pathOf(name))) throw errors.SHOP_EXISTS({ shop: name });
      await writeDirectoryAtomic(pathOf(name), async (directory) => {
        await writeSettings(directory, { createdAt: Date.now() / 1000, limits });
        await (await openStore(join(directory, STORE))).close();
      });
    },
    async remove(name) {
      const gone = join(dir, `.deleted-${name}-${randomBytes(6).toString('hex')}`);
      await rename(pathOf(name), gone).catch((error) => {
        throw systemError(error, pathOf(name));
      });
      await syncDirectory(dir);
      await rm(gone, { recursive: true, force: true });
    },
    bytes: (name) => bytesIn(pathOf(name)),
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false;
    throw systemError(error, path);
  }
}

/** A file that goes while it is counted counts nothing. */
async function bytesIn(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
