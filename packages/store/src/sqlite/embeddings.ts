/**
 * Embeddings: one row per (model, text hash), the vector as its exact float32 bytes. With 8 KiB
 * pages, five 384-dimensional vectors share a page, and 100,000 of them are read in any order in
 * about a second. Large matrices that are read repeatedly belong in memory-mapped files beside the
 * store.
 */
import type { EmbeddingStore } from '../contract/embedding-store.ts';
import { checkCount, checkHashes } from '../contract/validation.ts';
import { errors } from '../errors.ts';
import type { Access } from './access.ts';

export function createEmbeddingStore({ database, read, write }: Access): EmbeddingStore {
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

  function missingOf(model: string, hashes: string[]): string[] {
    checkHashes(hashes);
    const known = findModel.get(model);
    const distinct = [...new Set(hashes)];
    if (known === undefined) return distinct;
    return distinct.filter((hash) => has.get(known.model, Buffer.from(hash, 'hex')) === undefined);
  }

  function putAll(model: string, dim: number, hashes: string[], vectors: Float32Array): void {
    checkHashes(hashes);
    checkCount('dim', dim, 1);
    if (typeof model !== 'string' || model === '') {
      throw errors.STORE_ARGUMENT({ name: 'model', value: model, expected: 'a model id' });
    }
    if (vectors.length !== hashes.length * dim) {
      const expected = `${hashes.length} × ${dim} = ${hashes.length * dim}`;
      throw errors.STORE_ARGUMENT({ name: 'vectors.length', value: vectors.length, expected });
    }
    const known = findModel.get(model);
    if (known !== undefined && known.dim !== dim) {
      throw errors.EMBEDDING_WIDTH({ model, stored: known.dim, given: dim });
    }
    const row = known?.model ?? putModel.run(model, dim).lastInsertRowid;
    const bytes = Buffer.from(vectors.buffer, vectors.byteOffset, vectors.byteLength);
    for (let i = 0; i < hashes.length; i++) {
      put.run(row, Buffer.from(hashes[i], 'hex'), bytes.subarray(i * dim * 4, (i + 1) * dim * 4));
    }
  }

  function getAll(model: string, hashes: string[]): { dim: number; vectors: Float32Array } {
    checkHashes(hashes);
    const known = findModel.get(model);
    const asked = hashes.length;
    if (known === undefined) {
      if (asked > 0) throw errors.EMBEDDING_MISSING({ model, missing: asked, asked });
      return { dim: 0, vectors: new Float32Array(0) };
    }
    const { dim } = known;
    const vectors = new Float32Array(asked * dim);
    const bytes = new Uint8Array(vectors.buffer);
    let missing = 0;
    for (let i = 0; i < asked; i++) {
      const vector = get.get(known.model, Buffer.from(hashes[i], 'hex'));
      if (vector === undefined) missing++;
      else bytes.set(vector, i * dim * 4);
    }
    if (missing > 0) throw errors.EMBEDDING_MISSING({ model, missing, asked });
    return { dim, vectors };
  }

  return {
    async missingEmbeddings(model, hashes) {
      return read(() => missingOf(model, hashes));
    },
    async putEmbeddings(model, dim, hashes, vectors) {
      await write(() => putAll(model, dim, hashes, vectors));
    },
    async getEmbeddings(model, hashes) {
      return read(() => getAll(model, hashes));
    },
    async embeddingModels() {
      return read(() => models.all());
    },
  };
}
