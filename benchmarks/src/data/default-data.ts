/** The data that a bench uses if none is given. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeSimulatedShop } from '@lorekeep/datasets';
import { SHARED_DATA } from '../paths.ts';

/**
 * The folder of a public data set; `undefined` if it is not there. Default `amazon18-scientific`.
 */
export function defaultData(name = 'amazon18-scientific'): string | undefined {
  const folder = join(SHARED_DATA, name);
  return existsSync(folder) ? folder : undefined;
}

/**
 * The given folder; without one the default data set; without that a simulated shop that is written
 * into `work`.
 */
export async function dataOrSimulated(data: string | undefined, work: string, quick: boolean): Promise<string> {
  const folder = data ?? defaultData();
  if (folder !== undefined) return folder;
  const simulated = join(work, 'simulated');
  await writeSimulatedShop(simulated, { events: quick ? 20_000 : 300_000 });
  return simulated;
}
