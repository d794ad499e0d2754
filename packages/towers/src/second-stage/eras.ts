/**
 * When an item's time was, from the order of events alone: many logs carry no usable time stamps, yet who came before whom
 * says that one game console is older than the next. Era e solves least squares over all pairs of neighbouring training
 * events (a, then b), e_b − e_a = 1, drawn to 0 by a ridge (HodgeRank, Jiang et al. 2011), by conjugate gradients.
 */
import { type Split, trainItems } from '../split.ts';

const RIDGE = 0.3;
const ITERATIONS = 60;
const ENOUGH = 1e-6;

/**
 * @param counts which users' events count. Default: all.
 * @returns `[items]`, in events; 0 for an item without neighbours
 */
export function itemEras(split: Split, counts: (user: number) => boolean = () => true): Float32Array {
  const items = split.corpus.itemIds.length;
  const from: number[] = [];
  const to: number[] = [];
  for (let user = 0; user < split.trainLengths.length; user++) {
    if (!counts(user)) continue;
    const events = trainItems(split, user);
    for (let at = 1; at < events.length; at++) {
      if (events[at] === events[at - 1]) continue;
      from.push(events[at - 1]);
      to.push(events[at]);
    }
  }
  const eras = new Float64Array(items);
  const residual = new Float64Array(items);
  for (let pair = 0; pair < from.length; pair++) {
    residual[to[pair]]++;
    residual[from[pair]]--;
  }
  const direction = residual.slice();
  const product = new Float64Array(items);
  let size = dot(residual, residual);
  const enough = ENOUGH * size;
  for (let iteration = 0; iteration < ITERATIONS && size > enough; iteration++) {
    for (let item = 0; item < items; item++) product[item] = RIDGE * direction[item];
    for (let pair = 0; pair < from.length; pair++) {
      const difference = direction[to[pair]] - direction[from[pair]];
      product[to[pair]] += difference;
      product[from[pair]] -= difference;
    }
    const step = size / dot(direction, product);
    for (let item = 0; item < items; item++) {
      eras[item] += step * direction[item];
      residual[item] -= step * product[item];
    }
    const next = dot(residual, residual);
    for (let item = 0; item < items; item++) direction[item] = residual[item] + (next / size) * direction[item];
    size = next;
  }
  return Float32Array.from(eras);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}
