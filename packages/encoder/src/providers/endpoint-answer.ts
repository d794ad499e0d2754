/** Checks an endpoint's answer: count, order, dimension and finiteness of the vectors. */
import { errors } from '../errors.ts';
import type { EndpointSettings } from './endpoint-options.ts';

/**
 * Unit vectors `[count × width]` in the order of the texts. Both encodings are accepted, because
 * some servers ignore the requested encoding.
 *
 * @param width dimension of every vector; if it is unknown, all vectors must have the dimension of
 *   the first
 * @throws LorekeepError `ENDPOINT_BAD_ANSWER`; `ENCODER_NOT_FINITE`
 */
export function readAnswer(
  { url, dimensions }: EndpointSettings,
  model: string,
  answer: unknown,
  count: number,
  width = dimensions,
): { vectors: Float32Array; width: number } {
  const data = (answer as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'has no list "data"' });
  if (data.length !== count)
    throw errors.ENDPOINT_BAD_ANSWER({ url, reason: `has ${data.length} vectors for ${count} texts` });
  let vectors: Float32Array | undefined;
  const seen = new Uint8Array(count);
  for (const [at, entry] of data.entries()) {
    const index: unknown = entry?.index ?? at;
    if (!Number.isSafeInteger(index) || (index as number) < 0 || (index as number) >= count)
      throw errors.ENDPOINT_BAD_ANSWER({
        url,
        reason: `has a vector with the index ${JSON.stringify(index)} for ${count} texts`,
      });
    const row = index as number;
    if (seen[row]++) throw errors.ENDPOINT_BAD_ANSWER({ url, reason: `has two vectors with the index ${row}` });
    const vector = valuesOf(url, entry?.embedding);
    width ??= vector.length;
    if (vector.length !== width || width === 0)
      throw errors.ENDPOINT_BAD_ANSWER({
        url,
        reason: `has a vector of ${vector.length} values where ${width || 'some'} are expected`,
      });
    vectors ??= new Float32Array(count * width);
    normaliseInto(vector, vectors.subarray(row * width, (row + 1) * width), url, model);
  }
  return { vectors: vectors ?? new Float32Array(0), width: width ?? 0 };
}

function valuesOf(url: string, embedding: unknown): ArrayLike<number> {
  if (Array.isArray(embedding)) return embedding;
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64');
    if (bytes.length % 4 !== 0)
      throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'has a vector that is not base64 of 32-bit floats' });
    const values = new Float32Array(bytes.length / 4);
    for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(i * 4);
    return values;
  }
  throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'has an entry without "embedding"' });
}

function normaliseInto(values: ArrayLike<number>, target: Float32Array, url: string, model: string): void {
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    // JSON has no NaN: servers write null, a string, or a number that overflows.
    if (typeof value !== 'number' || !Number.isFinite(value)) throw errors.ENCODER_NOT_FINITE({ encoder: model });
    squares += value * value;
  }
  const norm = Math.sqrt(squares);
  if (!Number.isFinite(norm)) throw errors.ENCODER_NOT_FINITE({ encoder: model });
  if (norm === 0) throw errors.ENDPOINT_BAD_ANSWER({ url, reason: 'has a vector that contains only zeros' });
  for (let i = 0; i < target.length; i++) target[i] = values[i] / norm;
}
