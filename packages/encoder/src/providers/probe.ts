/**
 * How a server that silently changed its model is found. A name is no proof of what answers behind it, so a few fixed
 * texts are embedded when an encoder is first opened, their vectors are kept with what is remembered of it, and compared
 * whenever it is opened again. The same model gives the same vectors up to the noise of batching and half precision
 * (cosine above .999); another one, or another pooling, prompt or truncation, does not come near .99.
 */
import { errors } from '../errors.ts';

export const PROBE_TEXTS = [
  'Title: Desk lamp with a warm light. Brand: Lux. Category: Home Lighting.',
  'cordless drill, 18 V',
  '台灯，白色',
];

const LEAST_COSINE = 0.99;

/** Vectors of the probe texts, base64 of little-endian float32: JSON that lasts. */
export type Probe = string[];

export function writeProbe(vectors: Float32Array): Probe {
  const width = vectors.length / PROBE_TEXTS.length;
  return PROBE_TEXTS.map((_, row) => {
    const bytes = Buffer.alloc(width * 4);
    for (let i = 0; i < width; i++) bytes.writeFloatLE(vectors[row * width + i], i * 4);
    return bytes.toString('base64');
  });
}

/** Width of the vectors. */
export const probeWidth = (probe: Probe) => Buffer.byteLength(probe[0] ?? '', 'base64') / 4;

/**
 * @param before as remembered; none (`undefined`) agrees with everything
 * @throws LorekeepError `ENDPOINT_CHANGED`
 */
export function compareProbes(name: string, before: Probe | undefined, now: Probe): void {
  if (before === undefined) return;
  const least = Math.min(...now.map((vector, at) => cosine(vector, before[at] ?? '')));
  if (!(least >= LEAST_COSINE)) throw errors.ENDPOINT_CHANGED({ model: name, cosine: least });
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
