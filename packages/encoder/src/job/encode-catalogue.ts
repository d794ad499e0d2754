/**
 * Encodes a whole catalogue. Vectors are stored by (encoder, hash of the text), so each text is
 * encoded once, even if several items share it or the job runs again.
 *
 * Missing vectors are computed in units (`work-units.ts`): a unit is one call of the encoder and is
 * committed as a whole. Several calls run at the same time, so reading, hashing and writing overlap
 * with the model. Finished units are written about every two seconds. After an interruption, even a
 * killed process, the next run computes only the units that are not stored. The stored bytes then
 * equal those of an uninterrupted run (on one machine, if the catalogue and the vectors of this
 * encoder do not change in between).
 *
 * Memory: one window of texts and the units in progress, independent of the catalogue's size, plus
 * 12 to 23 bytes per distinct text for counting.
 *
 * An encoder may define its units (`TextEncoder.work`). The default for vectors of dimension 384 is
 * three concurrent calls of 16,384 characters (about 4,000 tokens). For larger dimensions a call
 * has fewer characters, at least 2,048: such models are slower, and a killed process should lose
 * only seconds.
 */
import { noProgress } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { DEFAULT_TEMPLATE } from '../item-text/item-text.ts';
import type { TextEncoder, WorkUnits } from '../text-encoder.ts';
import { type CatalogueOptions, surveyCatalogue } from './survey.ts';
import { missingUnits, textSlices, type WorkUnit } from './work-units.ts';

/** What `encodeCatalogue` takes. */
export interface EncodeCatalogueOptions extends CatalogueOptions {
  /**
   * Maximal seconds between the end of a unit and its commit. Default 2; 0 commits each unit at
   * once. Not negative.
   */
  commitSeconds?: number;
}

/** What `encodeCatalogue` did. */
export interface EncodedCatalogue {
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Texts that this call encoded. */
  encoded: number;
  /** Texts whose vectors were already stored. */
  reused: number;
  /**
   * Items without any text. They have no stored vector; `catalogueVectors` returns zeros for them.
   */
  textlessItems: number;
  seconds: number;
}

/** Finished vectors of this size are committed at once. */
const COMMIT_BYTES = 1 << 23;

/**
 * Encodes every text that has no stored vector yet. Progress: stage `encode`, unit `items`
 * (distinct texts, stored ones included), one event per commit, with the rate as note.
 *
 * @throws `signal.reason` when aborted; the vectors encoded so far are stored
 * @throws LorekeepError the errors of the encoder and the store (again, the vectors so far are
 *   stored), and `ENCODER_FAILED` for an encoder that returns the wrong number of vectors
 * @example await encodeCatalogue({ store, encoder, progress: (event) => console.error(event) });
 */
export async function encodeCatalogue(options: EncodeCatalogueOptions): Promise<EncodedCatalogue> {
  const { commitSeconds = 2 } = options;
  if (!(commitSeconds >= 0))
    throw errors.ENCODER_BAD_OPTION({
      option: 'commitSeconds',
      value: commitSeconds,
      expected: 'a number of seconds, 0 or more',
    });
  const started = performance.now();
  const { texts, missing, textlessItems } = await surveyCatalogue(options);
  const reused = texts - missing;
  options.progress?.({ stage: 'encode', done: reused, total: texts, unit: 'items' });
  const encoded = missing > 0 ? await encodeMissing(options, commitSeconds, reused, texts) : 0;
  return { texts, encoded, reused, textlessItems, seconds: (performance.now() - started) / 1000 };
}

/**
 * Encodes and stores all missing texts with concurrent calls of the encoder. Returns their number.
 */
async function encodeMissing(
  { store, encoder, template = DEFAULT_TEMPLATE, progress = noProgress, signal }: EncodeCatalogueOptions,
  commitSeconds: number,
  reused: number,
  total: number,
): Promise<number> {
  const { id, dim } = encoder;
  const { characters, calls } = encoder.work ?? defaultWork(dim);
  const started = performance.now();
  let encoded = 0;
  let committedAt = started;
  let finished: FinishedUnit[] = [];
  /** Hashes of units that are in progress or not committed yet. */
  const claimed = new Set<string>();
  const commit = async () => {
    const units = finished;
    finished = [];
    committedAt = performance.now();
    if (units.length === 0) return;
    const hashes = units.flatMap((unit) => unit.hashes);
    await store.putEmbeddings(id, dim, hashes, concatenated(units, hashes.length * dim));
    for (const hash of hashes) claimed.delete(hash);
    encoded += hashes.length;
    const rate = (encoded / (performance.now() - started)) * 1000;
    const note = `${rate.toFixed(0)} items/s`;
    progress({ stage: 'encode', done: reused + encoded, total, unit: 'items', note });
  };

  const findMissing = (hashes: string[]) => store.missingEmbeddings(id, hashes);
  const units = missingUnits(textSlices(store, template, signal), findMissing, claimed, characters);
  // The next unit is prepared before a worker needs it.
  let next = units.next();
  let failed = false;
  const work = async () => {
    while (!failed) {
      const taken = next;
      next = units.next();
      next.catch(() => {}); // The worker that takes it throws the error.
      const { value: unit, done } = await taken;
      if (done) return;
      signal?.throwIfAborted();
      // Not `finished.push(await …)`: that reads `finished` first, and another worker may commit
      // meanwhile.
      const encodedUnit = await encodeUnit(encoder, unit);
      finished.push(encodedUnit);
      const bytes = finished.reduce((sum, one) => sum + one.vectors.byteLength, 0);
      if (bytes >= COMMIT_BYTES || performance.now() - committedAt >= commitSeconds * 1000) await commit();
    }
  };
  const workers = Array.from({ length: calls }, () =>
    work().catch((error) => {
      failed = true;
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  await commit();
  await units.return(undefined);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return encoded;
}

interface FinishedUnit {
  hashes: string[];
  vectors: Float32Array;
}

async function encodeUnit(encoder: TextEncoder, { texts, hashes }: WorkUnit): Promise<FinishedUnit> {
  const { dim, name } = encoder;
  const vectors = await encoder.encode(texts);
  if (vectors.length !== texts.length * dim)
    throw errors.ENCODER_FAILED({
      encoder: name,
      reason: `it returned ${vectors.length / dim} vectors for ${texts.length} texts`,
    });
  return { hashes, vectors };
}

function concatenated(units: readonly FinishedUnit[], size: number): Float32Array {
  const all = new Float32Array(size);
  let at = 0;
  for (const { vectors } of units) {
    all.set(vectors, at);
    at += vectors.length;
  }
  return all;
}

/** See the head of this file. */
function defaultWork(dim: number): WorkUnits {
  const characters = Math.round(16_384 * (384 / dim) ** 2);
  return { characters: Math.min(16_384, Math.max(2_048, characters)), calls: 3 };
}
