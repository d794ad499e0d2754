/** The lock of everything that changes what is served. */
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { liveLock } from '../records/places.ts';

/** A publication of a large catalogue takes minutes. */
const WAIT_MS = 120_000;
const RETRY_MS = 50;

/** @throws LorekeepError `JOB_RUNNING` if another holder does not end in time */
export async function whileLiveIsMine<T>(dir: string, work: () => Promise<T>, waitMs = WAIT_MS): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lock = tryLock(liveLock(dir));
    if (lock !== undefined) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (Date.now() > deadline) throw errors.JOB_RUNNING({ job: '', run: '' });
    await sleep(RETRY_MS);
  }
}
