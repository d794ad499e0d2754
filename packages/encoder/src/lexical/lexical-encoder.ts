/**
 * The stand-in where no language model can be had: hashed n-grams, TF-IDF and a truncated SVD fitted on the catalogue's
 * own texts (latent semantic analysis, Deerwester et al. 1990). It needs nothing but the texts and keeps everything
 * working. It is not a language model: it knows which words occur together in this catalogue and nothing of the world.
 *
 * What it has learned is its whole identity: `id` is the hash of the fitted state, and a server that loads the saved
 * state encodes a new text exactly as the vectors in the store were.
 */
import { createRandom, errorCode, sha256 } from '@lorekeep/core';
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { countFeatures } from './features.ts';
import { rightSingularVectors, type SparseMatrix } from './svd.ts';

export interface LexicalOptions {
  /** Width of the vectors. Default 256; from 1 to 4,096, else `ENCODER_BAD_OPTION`. */
  dim?: number;
  /** Seed of the randomised SVD and of the sample that very large catalogues are fitted on. Default 0. */
  seed?: number;
}

/** The fitted state: features by rising hash, what each weighs, and where it points. */
interface LexicalState {
  dim: number;
  /** `[features]`, sorted. */
  hashes: Int32Array;
  /** `[features]` inverse document frequencies. */
  idf: Float32Array;
  /** `[features × dim]` */
  components: Float32Array;
}

/** Features that are computed with: the most frequent ones of those that at least two texts share. */
const MOST_FEATURES = 16_384;
/** Texts that the encoder is fitted on; of more than these, a sample. */
const MOST_TEXTS = 20_000;
const FORMAT = 'lexical-1';

const states = new WeakMap<TextEncoder, LexicalState>();

/**
 * Fits the encoder on texts (the catalogue's). Same texts in the same order, same options → same vectors.
 * A text without a single known feature has the zero vector.
 *
 * @throws LorekeepError `LEXICAL_NO_TEXTS` if there is no word in any of the texts, `ENCODER_BAD_OPTION`
 * @example const encoder = createLexicalEncoder(['Title: Desk lamp.', 'Title: Floor lamp.']);
 */
export function createLexicalEncoder(texts: Iterable<string>, options: LexicalOptions = {}): TextEncoder {
  const { dim = 256, seed = 0 } = options;
  if (!Number.isSafeInteger(dim) || dim < 1 || dim > 4096)
    throw errors.ENCODER_BAD_OPTION({ option: 'dim', value: dim, expected: 'a whole number from 1 to 4096' });
  const random = createRandom(seed);
  let distinct = [...new Set(texts)];
  if (distinct.length > MOST_TEXTS) distinct = random.fork('sample').shuffle(distinct).slice(0, MOST_TEXTS);
  const documents = distinct.map(countFeatures).filter((counts) => counts.size > 0);
  if (documents.length === 0) throw errors.LEXICAL_NO_TEXTS();

  const hashes = chooseFeatures(documents);
  const column = new Map([...hashes].map((hash, at) => [hash, at]));
  const frequency = new Float64Array(hashes.length);
  for (const counts of documents)
    for (const hash of counts.keys()) {
      const at = column.get(hash);
      if (at !== undefined) frequency[at]++;
    }
  const idf = Float32Array.from(frequency, (df) => Math.log((documents.length + 1) / (df + 0.5)));
  const rows = documents.map((counts) => weigh(counts, (hash) => column.get(hash), idf));
  const components = rightSingularVectors(toSparse(rows, hashes.length), dim, random.fork('svd'));
  return encoderOf({ dim, hashes, idf, components });
}

/** Hashes of the features to keep, sorted. In small collections a single occurrence counts, otherwise two are needed. */
function chooseFeatures(documents: Map<number, number>[]): Int32Array {
  const frequency = new Map<number, number>();
  for (const counts of documents) for (const hash of counts.keys()) frequency.set(hash, (frequency.get(hash) ?? 0) + 1);
  const least = documents.length < 100 ? 1 : 2;
  const candidates = [...frequency].filter(([, count]) => count >= least);
  candidates.sort(([a, countA], [b, countB]) => countB - countA || a - b);
  return Int32Array.from(candidates.slice(0, MOST_FEATURES).map(([hash]) => hash)).sort();
}

interface SparseRow {
  columns: number[];
  values: number[];
}

/** A text's TF-IDF row of unit length: `(1 + ln tf) · idf`. */
function weigh(
  counts: Map<number, number>,
  columnOf: (hash: number) => number | undefined,
  idf: Float32Array,
): SparseRow {
  const row: SparseRow = { columns: [], values: [] };
  let squares = 0;
  for (const [hash, count] of counts) {
    const at = columnOf(hash);
    if (at === undefined) continue;
    const value = (1 + Math.log(count)) * idf[at];
    row.columns.push(at);
    row.values.push(value);
    squares += value * value;
  }
  const norm = Math.sqrt(squares) || 1;
  row.values = row.values.map((value) => value / norm);
  return row;
}

function toSparse(rows: SparseRow[], columnCount: number): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach(({ columns }, at) => {
    offsets[at + 1] = offsets[at] + columns.length;
  });
  const columns = new Uint32Array(offsets[rows.length]);
  const values = new Float32Array(offsets[rows.length]);
  rows.forEach((row, at) => {
    columns.set(row.columns, offsets[at]);
    values.set(row.values, offsets[at]);
  });
  return { columnCount, offsets, columns, values };
}

function encoderOf(state: LexicalState): TextEncoder {
  const { dim, hashes, idf, components } = state;
  const column = new Map([...hashes].map((hash, at) => [hash, at]));
  const digest = [hashes, idf, components].map((data) =>
    sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
  let closed = false;
  const encoder: TextEncoder = {
    id: sha256([FORMAT, dim, ...digest].join()),
    name: 'lexical',
    dim,
    isLanguageModel: false,
    async encode(texts) {
      if (closed) throw errors.ENCODER_CLOSED({ encoder: 'lexical' });
      const vectors = new Float32Array(texts.length * dim);
      texts.forEach((text, row) => {
        const { columns, values } = weigh(countFeatures(text), (hash) => column.get(hash), idf);
        project(columns, values, components, vectors.subarray(row * dim, (row + 1) * dim));
      });
      return vectors;
    },
    async close() {
      closed = true;
    },
  };
  states.set(encoder, state);
  return encoder;
}

/** A TF-IDF row times the components, made a unit vector. */
function project(columns: number[], values: number[], components: Float32Array, vector: Float32Array): void {
  const dim = vector.length;
  const sums = new Float64Array(dim);
  columns.forEach((column, at) => {
    const value = values[at];
    for (let j = 0, from = column * dim; j < dim; j++) sums[j] += value * components[from + j];
  });
  let squares = 0;
  for (let j = 0; j < dim; j++) squares += sums[j] * sums[j];
  const norm = Math.sqrt(squares);
  // Below this a text shares nothing with the catalogue, and what is left of it is rounding.
  if (norm < 1e-6) return;
  for (let j = 0; j < dim; j++) vector[j] = sums[j] / norm;
}

/**
 * Writes the fitted state as one safetensors file, atomically.
 * @throws LorekeepError `ENCODER_BAD_OPTION` if `encoder` is not a lexical one
 */
export async function saveLexicalEncoder(encoder: TextEncoder, path: string): Promise<void> {
  const state = states.get(encoder);
  if (state === undefined)
    throw errors.ENCODER_BAD_OPTION({ option: 'encoder', value: encoder.name, expected: 'a lexical encoder' });
  const { dim, hashes, idf, components } = state;
  const arrays = {
    hashes: namedArray([hashes.length], hashes),
    idf: namedArray([hashes.length], idf),
    components: namedArray([hashes.length, dim], components),
  };
  await saveSafetensors(path, arrays, { format: FORMAT, id: encoder.id });
}

/**
 * Reads what `saveLexicalEncoder` wrote: an encoder with the same id and the same vectors.
 * @throws LorekeepError `LEXICAL_BAD_FILE` for anything else, with the reason
 */
export async function loadLexicalEncoder(path: string): Promise<TextEncoder> {
  const { arrays, metadata } = await readSafetensors(path).catch((error) => {
    throw errors.LEXICAL_BAD_FILE({ path, reason: `cannot be read (${errorCode(error)})` }, error);
  });
  if (metadata.format !== FORMAT) throw errors.LEXICAL_BAD_FILE({ path, reason: `does not have the format ${FORMAT}` });
  const { hashes, idf, components } = arrays;
  if (!(hashes?.data instanceof Int32Array) || !(idf?.data instanceof Float32Array))
    throw errors.LEXICAL_BAD_FILE({ path, reason: 'lacks its features' });
  if (!(components?.data instanceof Float32Array) || components.shape.length !== 2)
    throw errors.LEXICAL_BAD_FILE({ path, reason: 'lacks its components' });
  const [features, dim] = components.shape;
  if (hashes.data.length !== features || idf.data.length !== features)
    throw errors.LEXICAL_BAD_FILE({ path, reason: 'holds arrays of different lengths' });
  const encoder = encoderOf({ dim, hashes: hashes.data, idf: idf.data, components: components.data });
  if (encoder.id !== metadata.id) throw errors.LEXICAL_BAD_FILE({ path, reason: 'was altered after it was written' });
  return encoder;
}
