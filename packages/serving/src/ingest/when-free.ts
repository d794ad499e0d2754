/** An upload does not take the place of other writes: it waits until there is room among them. */
import { setTimeout as wait } from 'node:timers/promises';
import { errorCode } from '@lorekeep/core';

/** How long a slice waits, in ms. */
const MAX_WAIT = 30_000;

/** @throws LorekeepError `ENGINE_BUSY`, and what `write` throws */
export async function whenFree<T>(write: () => Promise<T>): Promise<T> {
  const started = performance.now();
  for (let pause = 10; ; pause = Math.min(500, 2 * pause)) {
    try {
      return await write();
    } catch (error) {
      if (errorCode(error) !== 'ENGINE_BUSY' || performance.now() - started > MAX_WAIT) throw error;
      await wait(pause);
    }
  }
}
