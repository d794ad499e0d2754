/** Where a service may listen. */
import { errors } from './errors.ts';
import type { Keys } from './keys.ts';
import { isLoopback } from './target.ts';

/**
 * An address that other machines reach needs a key that can be used now.
 * @throws LorekeepError `KEYS_REQUIRED`
 */
export async function checkExposure(host: string, keys: Keys | undefined): Promise<void> {
  if (isLoopback(host)) return;
  const known = (await keys?.list()) ?? [];
  if (!known.some(({ state }) => state === 'active')) throw errors.KEYS_REQUIRED({ host });
}
