/** The data sets that lie beside the checkout where they have been put there; the project ships none of them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSimulatedShop } from '@lorekeep/datasets';

/** The folder of a data set, `undefined` where it is not. Default `amazon18-scientific`. */
export function defaultData(name = 'amazon18-scientific'): string | undefined {
  const folder = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}

/** The folder given, else the default data set, else a simulated shop that is written into `work`. */
export async function dataOrSimulated(data: string | undefined, work: string, quick: boolean): Promise<string> {
  const folder = data ?? defaultData();
  if (folder !== undefined) return folder;
  const simulated = join(work, 'simulated');
  await writeSimulatedShop(simulated, { events: quick ? 20_000 : 300_000 });
  return simulated;
}
