/** What a run of a job that was killed has left: models and checkpoints. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tryLock } from '@lorekeep/store';
import { runLock, workDir } from './records/places.ts';

/** Does nothing while a run is under way: it removes its work itself. */
export async function removeLeftWork(dir: string): Promise<void> {
  if (!existsSync(workDir(dir))) return;
  const lock = tryLock(runLock(dir));
  if (lock === undefined) return;
  try {
    await rm(workDir(dir), { recursive: true, force: true });
  } finally {
    lock.release();
  }
}
