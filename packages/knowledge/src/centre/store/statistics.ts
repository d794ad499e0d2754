/** What a store has answered so far. */
import type { KnowledgeAnswer, KnowledgeStats } from '../contract/store.ts';
import { KINDS } from '../schema/layout.ts';

export interface Statistics {
  add(answer: KnowledgeAnswer, isAligned: boolean): void;
  read(cache: { hits: number; misses: number }): KnowledgeStats;
}

export function createStatistics(): Statistics {
  const found = [0, 0, 0];
  const total = { reads: 0, alignedReads: 0, pairs: 0, ageSeconds: 0, residual: 0 };
  return {
    add({ present, ageSeconds, residual }, isAligned) {
      for (let at = 0; at < present.length; at++) found[at % KINDS.length] += present[at];
      total.reads++;
      if (isAligned) total.alignedReads++;
      total.pairs += present.length / KINDS.length;
      total.ageSeconds = ageSeconds;
      total.residual = residual;
    },
    read({ hits, misses }) {
      const share = (kind: number) => (total.pairs === 0 ? 0 : found[kind] / total.pairs);
      return {
        ...total,
        hitRate: { user: share(0), item: share(1), userCategory: share(2) },
        cacheHits: hits,
        cacheMisses: misses,
      };
    },
  };
}
