/**
 * The fallback if no language model is available: hashed n-grams, TF-IDF and a truncated SVD fitted
 * on the catalogue's own texts (latent semantic analysis, Deerwester et al. 1990). It needs only
 * the texts. It is not a language model: it knows which words occur together in this catalogue, and
 * nothing else.
 *
 * The fitted state determines the vectors: `id` is its hash, and a server that loads the saved
 * state encodes new texts consistently with the stored vectors.
 */
import { createRandom, errorCode, sha256 } from '@lorekeep/core';
import { namedArray, readSafetensors, saveSafetensors } from '@lorekeep/graph';
import { checkInteger } from '../check-option.ts';
import { errors } from '../errors.ts';
import type { TextEncoder } from '../text-encoder.ts';
import { countFeatures } from './features.ts';
import { rightSingularVectors } from './svd.ts';
import { chooseFeatures, columnsOf, inverseDocumentFrequencies, tfIdfRow, toSparseMatrix } from './tf-idf.ts';

/** How the lexical encoder is fitted. */
export interface LexicalOptions {
  /** Dimension of the vectors. Default 256; from 1 to 4,096, else `ENCODER_BAD_OPTION`. */
  dim?: number;
  /**
   * Seed of the randomised SVD and of the sample that very large catalogues are fitted on. Default
   * 0.
   */
  seed?: number;
}

/** The fitted state: features by rising hash, their weights and their directions. */
interface LexicalState {
  dim: number;
  /** `[features]`, sorted. */
  hashes: Int32Array;
  /** `[features]` inverse document frequencies. */
  idf: Float32Array;
  /** `[features × dim]` */
  components: Float32Array;
}

/** Maximal number of texts to fit on. A larger collection is sampled. */
const MAX_TEXTS = 20_000;
const FORMAT = 'lexical-1';
const DEFAULT_DIM = 256;

const states = new WeakMap<TextEncoder, LexicalState>();

/**
 * Fits the encoder on texts (usually the catalogue's). The same texts in the same order with the
 * same options give the same vectors. A text without any known feature has the zero vector.
 *
 * @throws LorekeepError `LEXICAL_NO_TEXTS` if no text contains a word, `ENCODER_BAD_OPTION`
 * @example const encoder = createLexicalEncoder(['Title: Desk lamp.', 'Title: Floor lamp.']);
 */
export function createLexicalEncoder(texts: Iterable<string>, options: LexicalOptions = {}): TextEncoder {
  const { dim = DEFAULT_DIM, seed = 0 } = options;
  checkInteger('dim', dim, 1, 4096);
  const random = createRandom(seed);
  let distinct = [...new Set(texts)];
  if (distinct.length > MAX_TEXTS) distinct = random.fork('sample').shuffle(distinct).slice(0, MAX_TEXTS);
  const documents = distinct.map(countFeatures).filter((counts) => counts.size > 0);
  if (documents.length === 0) throw errors.LEXICAL_NO_TEXTS();

  const hashes = chooseFeatures(documents);
  const columns = columnsOf(hashes);
  const idf = inverseDocumentFrequencies(documents, columns);
  const rows = documents.map((counts) => tfIdfRow(counts, columns, idf));
  const components = rightSingularVectors(toSparseMatrix(rows, hashes.length), dim, random.fork('svd'));
  return encoderOf({ dim, hashes, idf, components });
}

/**
 * The encoder of a catalogue without texts: every text has the zero vector. It takes the place of a
 * fitted one until there are texts to fit on.
 */
export function createEmptyLexicalEncoder(): TextEncoder {
  const none = { hashes: new Int32Array(0), idf: new Float32Array(0), components: new Float32Array(0) };
  return encoderOf({ dim: DEFAULT_DIM, ...none });
}

function encoderOf(state: LexicalState): TextEncoder {
  const { dim, hashes, idf, components } = state;
  const columns = columnsOf(hashes);
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
        const features = tfIdfRow(countFeatures(text), columns, idf);
        project(features.columns, features.values, components, vectors.subarray(row * dim, (row + 1) * dim));
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

/** A TF-IDF row times the components, normalised. */
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
  // A smaller norm is a rounding error: the text shares no feature with the catalogue.
  if (norm < 1e-6) return;
  for (let j = 0; j < dim; j++) vector[j] = sums[j] / norm;
}

/**
 * Writes the fitted state as one safetensors file, atomically.
 * @throws LorekeepError `ENCODER_BAD_OPTION` if `encoder` is not a lexical encoder
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
 * Loads a file of `saveLexicalEncoder`: an encoder with the same id and the same vectors.
 * @throws LorekeepError `LEXICAL_BAD_FILE` with the reason
 */
export async function loadLexicalEncoder(path: string): Promise<TextEncoder> {
  const bad = (reason: string, cause?: unknown) => errors.LEXICAL_BAD_FILE({ path, reason }, cause);
  const { arrays, metadata } = await readSafetensors(path).catch((error) => {
    throw bad(`cannot be read (${errorCode(error)})`, error);
  });
  if (metadata.format !== FORMAT) throw bad(`does not have the format ${FORMAT}`);
  const { hashes, idf, components } = arrays;
  if (!(hashes?.data instanceof Int32Array) || !(idf?.data instanceof Float32Array)) throw bad('lacks its features');
  if (!(components?.data instanceof Float32Array) || components.shape.length !== 2) throw bad('lacks its components');
  const [features, dim] = components.shape;
  if (hashes.data.length !== features || idf.data.length !== features) throw bad('has arrays of different lengths');
  const encoder = encoderOf({ dim, hashes: hashes.data, idf: idf.data, components: components.data });
  if (encoder.id !== metadata.id) throw bad('was altered after it was written');
  return encoder;
}
