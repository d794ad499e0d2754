/**
 * Whether the scores of a version change while it is served: the population stability index of the
 * first score of each list, of the last lists against the first ones of the version.
 *
 *     PSI = Σ (now − then) · ln(now / then)   over ten intervals that had equal shares then
 *
 * Usual readings: below .1 nothing has changed, above .25 much has (Siddiqi, Credit Risk Scorecards,
 * 2006). Without any change, 500 lists against 500 give .04 on average.
 */
import type { Exposure } from '@lorekeep/dashboard';
import type { Recommendations } from '@lorekeep/recommender';

/** Lists that are compared with as many. */
export const COMPARED = 500;
const BINS = 10;
/** Versions and sources that are kept. */
const MOST = 32;

interface Scores {
  version: string;
  source: string;
  since: number;
  first: number[];
  /** A ring. */
  last: number[];
  later: number;
}

export interface ScoreDrift {
  add(answer: Pick<Recommendations, 'version' | 'source' | 'items'>): void;
  /** By version and source, the newest first. */
  read(): Exposure['drift'];
}

export function createScoreDrift(): ScoreDrift {
  const kept = new Map<string, Scores>();
  return {
    add({ version, source, items: [first] }) {
      if (first === undefined || !Number.isFinite(first.score)) return;
      const key = JSON.stringify([version, source]);
      let own = kept.get(key);
      if (own === undefined) {
        own = { version, source, since: Date.now() / 1000, first: [], last: [], later: 0 };
        kept.set(key, own);
        if (kept.size > MOST) kept.delete(kept.keys().next().value as string);
      }
      if (own.first.length < COMPARED) own.first.push(first.score);
      else own.last[own.later++ % COMPARED] = first.score;
    },
    read: () =>
      [...kept.values()].reverse().map(({ version, source, since, first, last }) => ({
        ...{ version, source, since },
        first: first.length,
        last: last.length,
        psi: last.length < COMPARED ? null : stabilityIndex(first, last),
      })),
  };
}

/** @returns 0 for equal distributions; larger for others */
export function stabilityIndex(then: readonly number[], now: readonly number[]): number {
  const sorted = [...then].sort((a, b) => a - b);
  // Equal scores fall in one interval, so there may be fewer than ten.
  const edges = [
    ...new Set(Array.from({ length: BINS - 1 }, (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / BINS)])),
  ];
  const shares = (scores: readonly number[]) => {
    const counts = new Array<number>(edges.length + 1).fill(0.5);
    for (const score of scores) counts[edges.filter((edge) => edge <= score).length]++;
    return counts.map((count) => count / (scores.length + 0.5 * counts.length));
  };
  const [a, b] = [shares(then), shares(now)];
  return a.reduce((sum, share, at) => sum + (b[at] - share) * Math.log(b[at] / share), 0);
}
