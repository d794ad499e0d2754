/** Opens a knowledge store with the adapter that its URL names. */
import { fileURLToPath } from 'node:url';
import { openFileTables } from './adapters/file/file-tables.ts';
import type { KnowledgeStore } from './contract/store.ts';
import { optionsOf, type StoreOptions } from './options.ts';
import { createKnowledgeStore } from './store/knowledge-store.ts';

/**
 * Opens a knowledge store in a folder, which is created if it does not exist.
 *
 * @param pathOrUrl a path, or a URL that begins with `file:`
 * @throws LorekeepError `OPTION_INVALID`, `OPTION_UNKNOWN`, `PATH_…`
 */
export async function openKnowledgeStore(pathOrUrl: string, options: StoreOptions = {}): Promise<KnowledgeStore> {
  const checked = optionsOf('store', options);
  const root = pathOrUrl.startsWith('file:') ? fileURLToPath(pathOrUrl) : pathOrUrl;
  return createKnowledgeStore(await openFileTables(root, checked), options);
}
