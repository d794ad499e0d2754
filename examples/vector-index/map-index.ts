/**
 * A vector index of your own: a `Map` and a scan. Written against the contract alone, so it shows
 * what an index must do. The built-in kind `exact` does the same faster.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { vectorIndexErrors as errors, type IndexAdapter, type VectorIndex } from '@lorekeep/vector-index';

/** What `save` writes, as JSON. */
type Saved = { dim: number; entries: [key: number, vector: number[]][] };

export const mapIndexAdapter: IndexAdapter = {
  create: async ({ dim }) => createMapIndex({ dim, entries: [] }),
  async open(path, { dim }) {
    const saved: Saved | undefined = await readFile(path, 'utf8')
      .then(JSON.parse)
      .catch(() => undefined);
    if (saved?.dim !== dim) throw errors.INDEX_FILE_INVALID({ path, reason: `it has no vectors of dimension ${dim}` });
    return createMapIndex(saved);
  },
};

function createMapIndex({ dim, entries }: Saved): VectorIndex {
  let vectors: Map<number, Float32Array> | undefined;
  vectors = new Map(entries.map(([key, vector]) => [key, Float32Array.from(vector)]));
  const opened = () => {
    if (vectors === undefined) throw errors.INDEX_CLOSED();
    return vectors;
  };
  const get = (key: number) => opened().get(key)?.slice();
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at], 0);
  return {
    kind: 'map',
    capabilities: { local: true },
    dim,
    get size() {
      return opened().size;
    },
    async add(keys, rows) {
      const map = opened();
      if (rows.length !== keys.length * dim || !rows.every(Number.isFinite))
        throw errors.INDEX_BAD_VECTORS({ reason: `not ${keys.length} finite rows of dimension ${dim}` });
      for (const [row, key] of keys.entries()) map.set(key, rows.slice(row * dim, (row + 1) * dim));
    },
    remove: async (keys) => keys.filter((key) => opened().delete(key)).length,
    async search(query, k, { exclude, filter, among } = {}) {
      const map = opened();
      if (!Number.isInteger(k) || k < 1) throw errors.INDEX_BAD_K({ k });
      if (query.length !== dim || !query.every(Number.isFinite))
        throw errors.INDEX_BAD_QUERY({ reason: `not a finite vector of dimension ${dim}` });
      const known = among === undefined ? [...map.keys()] : [...new Set(among)].filter((key) => map.has(key));
      const passing = known.filter((key) => !exclude?.has(key) && (filter?.(key) ?? true));
      const scored = passing.map((key) => ({ key, score: dot(query, map.get(key)!) }));
      const best = scored.sort((a, b) => b.score - a.score).slice(0, k);
      return { keys: Uint32Array.from(best, (x) => x.key), scores: Float32Array.from(best, (x) => x.score) };
    },
    get,
    getMany: async (keys) => Array.from(keys, get),
    async save(path) {
      const entries = [...opened()].map(([key, vector]) => [key, [...vector]]);
      await writeFile(path, JSON.stringify({ dim, entries }));
    },
    async close() {
      vectors = undefined;
    },
  };
}
