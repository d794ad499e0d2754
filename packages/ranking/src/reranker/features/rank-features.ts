/**
 * Rank of a candidate by one feature alone, from 0 (best) to 1. Reads what the other groups filled
 * in.
 */
import { CANDIDATES } from '@lorekeep/linear';
import { column, WIDTH } from './feature-names.ts';

/** A feature that candidates are ranked by, and the feature that takes the rank. */
const RANKS = [
  [column.fromLast, column.rankFromLast],
  [column.eventsScore, column.rankByEvents],
  [column.looseScore, column.rankByLoose],
  [column.textualScore, column.rankByTextual],
  [column.cosineLast, column.rankByCosine],
  [column.nextDecayed, column.rankByNext],
] as const;

/** @param features `[count × WIDTH]` of the candidates; the ranks are filled in */
export function addRanks(features: Float32Array, count: number): void {
  const keys = new Float32Array(count);
  const order = Array.from({ length: count }, (_, candidate) => candidate);
  for (const [source, target] of RANKS) {
    for (let candidate = 0; candidate < count; candidate++) keys[candidate] = features[candidate * WIDTH + source];
    order.sort((a, b) => keys[b] - keys[a] || a - b);
    for (let rank = 0; rank < count; rank++) features[order[rank] * WIDTH + target] = rank / CANDIDATES;
  }
}
