/** The data sets that lie beside the checkout where they have been put there; the project ships none of them. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of a data set, `undefined` where it is not. Default `amazon18-scientific`. */
export function defaultData(name = 'amazon18-scientific'): string | undefined {
  const folder = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  return existsSync(folder) ? folder : undefined;
}
