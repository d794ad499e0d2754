/**
 * Detects a server that changed its model under the same name. When an encoder is first opened, a
 * few fixed texts are embedded and their vectors are stored with the encoder's settings. They are
 * compared when it is opened again. The same model gives the same vectors up to the noise of
 * batching and half precision (cosine above .999). Another model, pooling, prompt or truncation
 * gives a cosine far below .99.
 */
import { errors } from '../errors.ts';

export const PROBE_TEXTS = [
  'Title: Desk lamp with a warm light. Brand: Lux. Category: Home Lighting.',
  'cordless drill, 18 V',
  '台灯，白色',
];

const MIN_COSINE = 0.99;

/** Vectors of the probe texts as base64 of little-endian float32, for JSON. */
export type Probe = string[];

export function writeProbe(vectors: Float32Array): Probe {
  const width = vectors.length / PROBE_TEXTS.length;
  return PROBE_TEXTS.map((_, row) => {
    const bytes = Buffer.alloc(width * 4);
    for (let i = 0; i < width; i++) bytes.writeFloatLE(vectors[row * width + i], i * 4);
    return bytes.toString('base64');
  });
}

/** Dimension of the vectors. */
export const probeWidth = (probe: Probe) => Buffer.byteLength(probe[0] ?? '', 'base64') / 4;

/**
 * Finds out whether an endpoint still runs the model that it ran before.
 *
 * @param before the stored probe; `undefined` matches every probe
 * @throws LorekeepError `ENDPOINT_CHANGED`
 */
export function compareProbes(name: string, before: Probe | undefined, now: Probe): void {
  if (before === undefined) return;
  const lowest = Math.min(...now.map((vector, at) => cosine(vector, before[at] ?? '')));
  if (!(lowest >= MIN_COSINE)) throw errors.ENDPOINT_CHANGED({ model: name, cosine: lowest });
}

function cosine(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Buffer.from(text, 'base64'));
  if (left.length !== right.length) return 0;
  let [dot, squaresA, squaresB] = [0, 0, 0];
  for (let at = 0; at + 4 <= left.length; at += 4) {
    const [x, y] = [left.readFloatLE(at), right.readFloatLE(at)];
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return dot / Math.sqrt(squaresA * squaresB);
}
