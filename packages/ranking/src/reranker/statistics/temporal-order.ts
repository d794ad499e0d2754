/**
 * Temporal order: the time of an item from the order of events alone. Many logs carry no usable
 * timestamps, but the order in which users choose items shows which of two game consoles is the
 * older. The times t solve least squares over all pairs of consecutive training events (a, then b),
 * t_b − t_a = 1, with a ridge towards 0 (HodgeRank, Jiang et al. 2011), by conjugate gradients.
 */
import { type Split, trainItems } from '@lorekeep/evaluation';

const RIDGE = 0.3;
const ITERATIONS = 60;
const TOLERANCE = 1e-6;

/**
 * @param includes the users whose events are used. Default: all.
 * @returns `[items]`, in events; 0 for an item that is in no pair
 */
export function temporalOrder(split: Split, includes: (user: number) => boolean = () => true): Float32Array {
  const { from, to } = consecutivePairs(split, includes);
  const items = split.log.itemIds.length;
  const times = new Float64Array(items);
  const residual = new Float64Array(items);
  for (let pair = 0; pair < from.length; pair++) {
    residual[to[pair]]++;
    residual[from[pair]]--;
  }
  const direction = residual.slice();
  const product = new Float64Array(items);
  let size = dot(residual, residual);
  const tolerance = TOLERANCE * size;
  for (let iteration = 0; iteration < ITERATIONS && size > tolerance; iteration++) {
    for (let item = 0; item < items; item++) product[item] = RIDGE * direction[item];
    for (let pair = 0; pair < from.length; pair++) {
      const difference = direction[to[pair]] - direction[from[pair]];
      product[to[pair]] += difference;
      product[from[pair]] -= difference;
    }
    const step = size / dot(direction, product);
    for (let item = 0; item < items; item++) {
      times[item] += step * direction[item];
      residual[item] -= step * product[item];
    }
    const next = dot(residual, residual);
    for (let item = 0; item < items; item++) direction[item] = residual[item] + (next / size) * direction[item];
    size = next;
  }
  return Float32Array.from(times);
}

/** Consecutive training events of one user that have different items. */
function consecutivePairs(split: Split, includes: (user: number) => boolean): { from: number[]; to: number[] } {
  const from: number[] = [];
  const to: number[] = [];
  for (let user = 0; user < split.trainLengths.length; user++) {
    if (!includes(user)) continue;
    const events = trainItems(split, user);
    for (let at = 1; at < events.length; at++) {
      if (events[at] === events[at - 1]) continue;
      from.push(events[at - 1]);
      to.push(events[at]);
    }
  }
  return { from, to };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let item = 0; item < a.length; item++) sum += a[item] * b[item];
  return sum;
}
