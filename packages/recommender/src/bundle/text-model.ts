/**
 * The model of a shop in which nothing is trained yet: the text vectors themselves.
 *
 * * An item is its centred text vector with length 1 (core/content-vectors.ts says why centred).
 * * A user is the weighted mean of the items of the history, with length 1. The weights fall with
 *   the age of an event, as in the baseline `decayed-history-knn`.
 *
 * The score is therefore a cosine. An item without text, and an item with the text that all others
 * have too, is a vector of zeros. It says nothing, and neither does a user who has only such items.
 */
import { dot, type RunContext } from '@lorekeep/core';
import { catalogueVectors, encodeCatalogue, type ItemTemplate, type TextEncoder } from '@lorekeep/encoder';
import type { Store } from '@lorekeep/store';
import { errors } from '../errors.ts';
import type { ServedModel } from './served-model.ts';

/** Weight of an item relative to the next newer one, and the number of items that are read. */
export const DECAY = 0.7;
export const MAX_HISTORY = 20;
/** A shorter rest, relative to the text vector, is a rounding error: the text is that of all items. */
const MIN_REST = 1e-4;
const BATCH = 1024;

/** @param mean `[dim]` of the text vectors of the catalogue */
export function createTextModel(mean: Float32Array): ServedModel {
  const dim = mean.length;
  let closed = false;
  return {
    source: 'content',
    dim,
    inputDim: dim,
    maxHistory: MAX_HISTORY,
    itemIds: [],
    async adaptItems(content) {
      if (closed) throw errors.RECOMMENDER_CLOSED();
      const vectors = withoutMean(content, mean);
      return { inputs: vectors, vectors };
    },
    async encodeUsers(histories) {
      if (closed) throw errors.RECOMMENDER_CLOSED();
      const users = new Float32Array(histories.length * dim);
      histories.forEach((history, user) => {
        const vector = users.subarray(user * dim, (user + 1) * dim);
        vector.set(decayedMean(history, dim));
      });
      return users;
    },
    async close() {
      closed = true;
    },
  };
}

interface TextMeanOptions extends RunContext {
  store: Store;
  encoder: TextEncoder;
  template: ItemTemplate;
}

/** The mean of the text vectors of all items; texts that have none yet are encoded. */
export async function textMean({ store, encoder, template, progress, signal }: TextMeanOptions): Promise<Float32Array> {
  await encodeCatalogue({ store, encoder, template, progress, signal });
  const sum = new Float64Array(encoder.dim);
  let count = 0;
  for await (const batch of store.items({ batchSize: BATCH })) {
    signal?.throwIfAborted();
    const content = await catalogueVectors({ store, encoder, template }, batch);
    for (let row = 0; row < batch.length; row++) {
      const vector = content.subarray(row * encoder.dim, (row + 1) * encoder.dim);
      if (vector.every((value) => value === 0)) continue;
      count++;
      for (let k = 0; k < vector.length; k++) sum[k] += vector[k];
    }
  }
  return Float32Array.from(sum, (value) => value / Math.max(1, count));
}

/** `[n × dim]` centred rows of length 1, or of zeros. */
function withoutMean(content: Float32Array, mean: Float32Array): Float32Array {
  const dim = mean.length;
  const result = new Float32Array(content.length);
  for (let first = 0; first < content.length; first += dim) {
    const text = content.subarray(first, first + dim);
    const rest = text.map((value, k) => value - mean[k]);
    const length = lengthOf(rest);
    if (length <= MIN_REST * lengthOf(text) || lengthOf(text) === 0) continue;
    for (let k = 0; k < dim; k++) result[first + k] = rest[k] / length;
  }
  return result;
}

/** @param history `[length × dim]`, oldest first */
function decayedMean(history: Float32Array, dim: number): Float32Array {
  const sum = new Float32Array(dim);
  let weight = 1;
  for (let first = history.length - dim; first >= 0; first -= dim, weight *= DECAY)
    for (let k = 0; k < dim; k++) sum[k] += weight * history[first + k];
  const length = lengthOf(sum);
  // Items that cancel each other leave a rounding error.
  return length <= MIN_REST ? new Float32Array(dim) : sum.map((value) => value / length);
}

const lengthOf = (vector: Float32Array) => Math.sqrt(dot(vector, 0, vector, 0, vector.length));
