/**
 * A whole catalogue into the space of one encoder. Vectors are stored by (encoder, hash of the text), so a text is
 * encoded once, ever, however many items share it and however often this runs.
 *
 * What is missing is computed in units (`work-units.ts`): one call of the encoder, committed as a whole. Some calls run
 * at the same time, so that reading, hashing and writing here go on beside the model; what is finished is written
 * about every two seconds. Whenever the job is stopped, killed even, the next run does the units that are not stored,
 * and the bytes that are stored in the end are those of a run that nobody interrupted (on one machine, while nobody
 * changes the catalogue or stores vectors of the same encoder meanwhile).
 *
 * Memory is that of a window of texts and of the units in hand, whatever the size of the catalogue, and 12 to 23 bytes
 * for each distinct text, to count them.
 *
 * An encoder says how much it wants at a time (`TextEncoder.work`). Otherwise three calls of 16,384 characters (some
 * 4,000 tokens) run at a time where vectors are 384 wide, and less, down to 2,048 characters, where they are wider: wide
 * models are slow, and what a killed process loses shall stay seconds.
 */
import { type RunContext, silent } from '@lorekeep/core';
import type { Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import { DEFAULT_TEMPLATE, type ItemTemplate } from '../item-text/item-text.ts';
import type { TextEncoder, WorkUnits } from '../text-encoder.ts';
import { createHashSet } from './hash-set.ts';
import { type KeyedText, missingUnits, textSlices } from './work-units.ts';

export interface EncodeCatalogueOptions extends RunContext {
  store: Store;
  encoder: TextEncoder;
  /** Default `'title-brand-category'`. */
  template?: ItemTemplate;
  /** Seconds that what is finished waits for its commit, at most. Default 2; 0 commits each unit. Not negative. */
  commitSeconds?: number;
}

export interface EncodedCatalogue {
  /** Distinct texts in the catalogue. */
  texts: number;
  /** Of those, encoded by this call … */
  encoded: number;
  /** … and found in the store. */
  reused: number;
  /** Items without any text. They have no stored vector; `catalogueVectors` gives them zeros. */
  textlessItems: number;
  seconds: number;
}

/** So much is committed before its time. */
const COMMIT_BYTES = 1 << 23;

/**
 * Encodes every text that the store has no vector for yet. Progress: stage `encode`, unit `items` (distinct texts,
 * those found in the store included), one event a commit, with the rate as note.
 *
 * @throws `signal.reason` when aborted; what was encoded until then is stored
 * @throws LorekeepError what the encoder and the store throw (again, what was encoded until then is stored), and
 *   `ENCODER_FAILED` for an encoder that gives more or fewer vectors than it was given texts
 * @example await encodeCatalogue({ store, encoder, progress: (event) => console.error(event) });
 */
export async function encodeCatalogue(options: EncodeCatalogueOptions): Promise<EncodedCatalogue> {
  const { store, encoder, template = DEFAULT_TEMPLATE, commitSeconds = 2, progress = silent, signal } = options;
  if (!(commitSeconds >= 0))
    throw errors.ENCODER_BAD_OPTION({
      option: 'commitSeconds',
      value: commitSeconds,
      expected: 'a number of seconds, 0 or more',
    });
  const { id, dim, name } = encoder;
  const { characters, calls } = encoder.work ?? defaultWork(dim);
  const started = performance.now();
  const { texts, missing, textlessItems } = await surveyCatalogue(options);
  const reused = texts - missing;
  let encoded = 0;
  progress({ stage: 'encode', done: reused, total: texts, unit: 'items' });

  const startedEncoding = performance.now();
  let committed = startedEncoding;
  let finished: { hashes: string[]; vectors: Float32Array }[] = [];
  const claimed = new Set<string>();
  const commit = async () => {
    const units = finished;
    finished = [];
    committed = performance.now();
    if (units.length === 0) return;
    const hashes = units.flatMap((unit) => unit.hashes);
    const vectors = new Float32Array(hashes.length * dim);
    let at = 0;
    for (const unit of units) {
      vectors.set(unit.vectors, at);
      at += unit.vectors.length;
    }
    await store.putEmbeddings(id, dim, hashes, vectors);
    for (const hash of hashes) claimed.delete(hash);
    encoded += hashes.length;
    const rate = (encoded / (performance.now() - startedEncoding)) * 1000;
    const note = `${rate.toFixed(0)} items/s`;
    progress({ stage: 'encode', done: reused + encoded, total: texts, unit: 'items', note });
  };

  if (missing > 0) {
    const lacks = (hashes: string[]) => store.missingEmbeddings(id, hashes);
    const units = missingUnits(textSlices(store, template, signal), lacks, claimed, characters);
    // One unit is always ready before it is asked for.
    let next = units.next();
    let failed = false;
    const work = async () => {
      while (!failed) {
        const taken = next;
        next = units.next();
        next.catch(() => {}); // whoever takes it sees the failure
        const { value: unit, done } = await taken;
        if (done) return;
        signal?.throwIfAborted();
        const vectors = await encoder.encode(unit.texts);
        if (vectors.length !== unit.texts.length * dim)
          throw errors.ENCODER_FAILED({
            encoder: name,
            reason: `it gave ${vectors.length / dim} vectors for ${unit.texts.length} texts`,
          });
        finished.push({ hashes: unit.hashes, vectors });
        const bytes = finished.reduce((sum, one) => sum + one.vectors.byteLength, 0);
        if (bytes >= COMMIT_BYTES || performance.now() - committed >= commitSeconds * 1000) await commit();
      }
    };
    const workers = Array.from({ length: calls }, () =>
      work().catch((error) => {
        failed = true;
        throw error;
      }),
    );
    const ends = await Promise.allSettled(workers);
    await commit();
    await units.return(undefined);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }
  return { texts, encoded, reused, textlessItems, seconds: (performance.now() - started) / 1000 };
}

/** See the head of this file. */
export function defaultWork(dim: number): WorkUnits {
  const characters = Math.round(16_384 * (384 / dim) ** 2);
  return { characters: Math.min(16_384, Math.max(2_048, characters)), calls: 3 };
}

export interface CatalogueSurvey {
  items: number;
  /** Distinct texts … */
  texts: number;
  /** … and of those, without a vector of this encoder. */
  missing: number;
  textlessItems: number;
}

/** Counts the catalogue's texts; `onMissing` is given each distinct one that is not encoded yet. */
export async function surveyCatalogue(
  options: EncodeCatalogueOptions,
  onMissing: (text: string) => void = () => {},
): Promise<CatalogueSurvey> {
  const { store, encoder, template = DEFAULT_TEMPLATE, signal } = options;
  const seen = createHashSet();
  const survey: CatalogueSurvey = { items: 0, texts: 0, missing: 0, textlessItems: 0 };
  for await (const { items, texts } of textSlices(store, template, signal)) {
    survey.items += items;
    survey.textlessItems += items - texts.length;
    const fresh = new Map<string, KeyedText>();
    for (const keyed of texts) if (seen.add(keyed.hash)) fresh.set(keyed.hash, keyed);
    const missing = await store.missingEmbeddings(encoder.id, [...fresh.keys()]);
    survey.missing += missing.length;
    for (const hash of missing) onMissing(fresh.get(hash)!.text);
  }
  survey.texts = seen.size;
  return survey;
}
