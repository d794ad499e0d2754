/**
 * A generated log of any size. Most of the time, a user stays in one of a thousand groups of items
 * and prefers some items of it, so there is something to learn. The vectors tell the group, with
 * noise. Histories have five to fifteen events.
 */
import { createRandom } from '@lorekeep/core';

const GROUPS = 1000;

/**
 * @param into receives the vectors. Default: a new array
 * @returns `[items × dim]`
 */
export function groupVectors(
  items: number,
  dim: number,
  seed: number,
  into: Float32Array = new Float32Array(items * dim),
): Float32Array {
  const random = createRandom(seed);
  const centres = Float32Array.from({ length: GROUPS * dim }, () => random.normal());
  for (let item = 0; item < items; item++)
    for (let k = 0; k < dim; k++)
      // Uniform noise takes a tenth of the time of normal noise.
      into[item * dim + k] = centres[(item % GROUPS) * dim + k] + random.next() - 0.5;
  return into;
}

/** Events of users: those of user u are `items` from `offsets[u]` up to `offsets[u + 1]`. */
export function groupedHistories(
  items: number,
  events: number,
  seed: number,
): { offsets: Uint32Array; items: Int32Array } {
  const random = createRandom(seed);
  const offsets = [0];
  const flat = new Int32Array(events + 15);
  const perGroup = items / GROUPS;
  let at = 0;
  while (at < events) {
    const group = random.int(GROUPS);
    const length = 5 + random.int(11);
    for (let n = 0; n < length && at < flat.length; n++) {
      const own = random.next() < 0.9 ? group : random.int(GROUPS);
      // The square makes some items of the group more popular than others.
      flat[at++] = own + GROUPS * Math.floor(perGroup * random.next() ** 2);
    }
    offsets.push(at);
  }
  return { offsets: Uint32Array.from(offsets), items: flat.subarray(0, at) };
}
