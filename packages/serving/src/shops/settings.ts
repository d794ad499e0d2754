/** What is stored of a shop beside its data: `shop.json` in its folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, systemError, writeFileAtomic } from '@lorekeep/core';
import { z } from 'zod';
import { rateSchema } from '../access/journal.ts';
import { errors } from './errors.ts';

const FILE = 'shop.json';
const KIB = 1024;

export const limitsSchema = z.strictObject({
  items: z.int().min(1).max(100_000_000).optional().describe('Most items. Default: any number.'),
  events: z.int().min(1).max(10_000_000_000).optional().describe('Most events. Default: any number.'),
  rate: rateSchema.optional().describe('Requests of all clients together. Default: any number.'),
  bodyBytes: z
    .int()
    .min(KIB)
    .max(16 * KIB * KIB)
    .optional()
    .describe('Largest body of a request in bytes, 1 KiB to 16 MiB. Default: 1 MiB.'),
});

/** What a shop may use at most. */
export interface ShopLimits {
  /** Items, 1 to 100,000,000. Default: any number. */
  items?: number;
  /** Events, 1 to 10,000,000,000. Default: any number. */
  events?: number;
  /** Requests of all clients together. Default: any number. */
  rate?: { perSecond: number; burst: number };
  /** Bytes of the body of a request, 1 KiB to 16 MiB. Default: 1 MiB. */
  bodyBytes?: number;
}

export interface ShopSettings {
  /** Unix seconds; `null` for a workspace that was put into the folder. */
  createdAt: number | null;
  limits: ShopLimits;
}

const storedSchema = z.object({ format: z.literal(1), createdAt: z.number(), limits: limitsSchema });

/** @throws LorekeepError `SHOP_LIMITS` */
export function checkLimits(limits: ShopLimits): ShopLimits {
  const checked = limitsSchema.safeParse(limits);
  if (checked.success) return checked.data;
  const [{ path, message }] = checked.error.issues;
  throw errors.SHOP_LIMITS({ problem: `${path.join('.') || 'limits'}: ${message}` });
}

/**
 * Those of a folder; a workspace without a file of settings has no limits.
 * @throws LorekeepError `SHOP_DAMAGED`
 */
export async function readSettings(dir: string): Promise<ShopSettings> {
  const path = join(dir, FILE);
  try {
    const { createdAt, limits } = storedSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    return { createdAt, limits };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { createdAt: null, limits: {} };
    if (error instanceof SyntaxError || error instanceof z.ZodError) throw errors.SHOP_DAMAGED({ path }, error);
    throw systemError(error, path);
  }
}

export async function writeSettings(dir: string, { createdAt, limits }: ShopSettings): Promise<void> {
  const stored = { format: 1, createdAt: createdAt ?? 0, limits };
  await writeFileAtomic(join(dir, FILE), `${JSON.stringify(stored)}\n`);
}
