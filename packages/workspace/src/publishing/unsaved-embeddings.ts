/**
 * A store that can only be read, for an engine that must encode texts which have no vector yet: new
 * vectors stay in memory.
 */
import type { Store } from '@lorekeep/store';

export function withUnsavedEmbeddings(store: Store): Store {
  /** By model and hash. */
  const unsaved = new Map<string, Float32Array>();
  const keyOf = (model: string, hash: string) => `${model} ${hash}`;
  return {
    ...store,

    async missingEmbeddings(model, hashes) {
      const missing = await store.missingEmbeddings(model, hashes);
      return missing.filter((hash) => !unsaved.has(keyOf(model, hash)));
    },

    async putEmbeddings(model, dim, hashes, vectors) {
      for (const [at, hash] of hashes.entries()) {
        unsaved.set(keyOf(model, hash), vectors.slice(at * dim, (at + 1) * dim));
      }
    },

    async getEmbeddings(model, hashes) {
      const isStored = (hash: string) => !unsaved.has(keyOf(model, hash));
      const stored = hashes.filter(isStored);
      if (stored.length === hashes.length) return store.getEmbeddings(model, hashes);
      const found = stored.length === 0 ? undefined : await store.getEmbeddings(model, stored);
      let next = 0;
      const rows = hashes.map((hash) => {
        const own = unsaved.get(keyOf(model, hash));
        if (own !== undefined || found === undefined) return own as Float32Array;
        return found.vectors.subarray(next * found.dim, ++next * found.dim);
      });
      const dim = rows[0].length;
      const vectors = new Float32Array(hashes.length * dim);
      for (const [at, row] of rows.entries()) vectors.set(row, at * dim);
      return { dim, vectors };
    },
  };
}
