/**
 * Embeddings in the database: one row a (model, text hash), the vector as its exact float32 bytes. With 8 KiB pages,
 * five 384-wide vectors share a page; 100,000 of them are read in the order asked in about a second, so the
 * plain table is enough, and large matrices that are read again and again belong in memory-mapped files beside it.
 */
import type { Database } from 'better-sqlite3';
import { embeddingsMissing, embeddingWidth, invalidArgument } from './errors.ts';
import { checkCount, checkHashes } from './validate.ts';

export interface Embeddings {
  missing(model: string, hashes: readonly string[]): string[];
  /** Must run inside a transaction. */
  put(model: string, dim: number, hashes: readonly string[], vectors: Float32Array): void;
  get(model: string, hashes: readonly string[]): { dim: number; vectors: Float32Array };
  models(): { model: string; dim: number; texts: number }[];
}

export function createEmbeddings(database: Database): Embeddings {
  const findModel = database.prepare<[string], { model: number; dim: number }>(
    'SELECT model, dim FROM embedding_models WHERE id = ?',
  );
  const putModel = database.prepare('INSERT INTO embedding_models (id, dim) VALUES (?, ?)');
  const has = database
    .prepare<[number, Buffer], number>('SELECT 1 FROM embeddings WHERE model = ? AND hash = ?')
    .pluck();
  const put = database.prepare('INSERT OR IGNORE INTO embeddings (model, hash, vector) VALUES (?, ?, ?)');
  const get = database
    .prepare<[number, Buffer], Buffer>('SELECT vector FROM embeddings WHERE model = ? AND hash = ?')
    .pluck();
  const models = database.prepare<[], { model: string; dim: number; texts: number }>(`
    SELECT id AS model, dim, (SELECT count(*) FROM embeddings e WHERE e.model = m.model) AS texts
    FROM embedding_models m ORDER BY m.model`);

  return {
    missing(model, hashes) {
      checkHashes(hashes);
      const known = findModel.get(model);
      const distinct = [...new Set(hashes)];
      if (known === undefined) return distinct;
      return distinct.filter((hash) => has.get(known.model, Buffer.from(hash, 'hex')) === undefined);
    },

    put(model, dim, hashes, vectors) {
      checkHashes(hashes);
      checkCount('dim', dim, 1);
      if (typeof model !== 'string' || model === '') throw invalidArgument('model', model, 'a model id');
      if (vectors.length !== hashes.length * dim) {
        throw invalidArgument('vectors.length', vectors.length, `${hashes.length} × ${dim} = ${hashes.length * dim}`);
      }
      const known = findModel.get(model);
      if (known !== undefined && known.dim !== dim) throw embeddingWidth(model, known.dim, dim);
      const row = known?.model ?? putModel.run(model, dim).lastInsertRowid;
      const bytes = Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength);
      for (let i = 0; i < hashes.length; i++) {
        put.run(row, Buffer.from(hashes[i], 'hex'), bytes.subarray(i * dim * 4, (i + 1) * dim * 4));
      }
    },

    get(model, hashes) {
      checkHashes(hashes);
      const known = findModel.get(model);
      if (known === undefined) {
        if (hashes.length > 0) throw embeddingsMissing(model, hashes.length, hashes.length);
        return { dim: 0, vectors: new Float32Array(0) };
      }
      const { dim } = known;
      const vectors = new Float32Array(hashes.length * dim);
      const bytes = new Uint8Array(vectors.buffer);
      let missing = 0;
      for (let i = 0; i < hashes.length; i++) {
        const vector = get.get(known.model, Buffer.from(hashes[i], 'hex'));
        if (vector === undefined) missing++;
        else bytes.set(vector, i * dim * 4);
      }
      if (missing > 0) throw embeddingsMissing(model, missing, hashes.length);
      return { dim, vectors };
    },

    models: () => models.all(),
  };
}
