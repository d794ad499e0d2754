/** What a user did and where, as one number. */
import type { RankingEntities } from './ranking-data.ts';

/** Surfaces that the code of a behaviour can hold; further ones share the last. */
const SURFACES = 64;

/** One number for what was done (a bit mask of outcomes, below 2²¹) and where. */
export const behaviourKind = (outcomes: number, surface: number): number =>
  (outcomes & 0x1fffff) * SURFACES + Math.min(surface + 1, SURFACES - 1);

/** −1 for a behaviour without surface. */
export const surfaceOfKind = (kind: number): number => (kind % SURFACES) - 1;

/** The names of all outcomes, or `shown`. */
export function outcomesOfKind(kind: number, { outcomeNames }: RankingEntities['names']): string {
  const mask = Math.floor(kind / SURFACES);
  return outcomeNames.filter((_, bit) => (mask >>> bit) & 1).join('+') || 'shown';
}
