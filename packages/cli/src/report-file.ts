/** The HTML page that an evaluation writes with `--report`. */
import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, systemError, systemErrors, writeFileAtomic } from '@lorekeep/core';
import { errors } from './errors.ts';

/** @throws LorekeepError `REPORT_UNWRITABLE`, `DISK_FULL` */
export async function checkWritable(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await access(dirname(path), constants.W_OK);
    const present = await stat(path).catch(() => undefined);
    if (present?.isDirectory()) throw systemErrors.PATH_NOT_A_FILE({ path });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** @throws LorekeepError `REPORT_UNWRITABLE`, `DISK_FULL` */
export async function writePage(path: string, page: string): Promise<void> {
  try {
    await writeFileAtomic(path, page);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): unknown {
  const coded = systemError(error, path);
  if (errorCode(coded) === 'DISK_FULL') return coded;
  return errors.REPORT_UNWRITABLE({ path, problem: coded instanceof Error ? coded.message : String(coded) }, error);
}
