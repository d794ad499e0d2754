/** How many lists were fallbacks, by reason, in intervals of the last day. */
import type { Exposure } from '@lorekeep/dashboard';
import type { Recommendations } from '@lorekeep/recommender';

const INTERVAL_S = 300;
const INTERVALS = 288;

export interface FallbackCounts {
  add(answer: Pick<Recommendations, 'fallbacks'>, now?: number): void;
  /** The intervals with lists, oldest first. */
  history(): Exposure['fallbacks'];
}

export function createFallbackCounts(): FallbackCounts {
  const past: { at: number; lists: number; reasons: Map<string, number> }[] = [];
  return {
    add({ fallbacks = [] }, now = Date.now() / 1000) {
      const at = Math.floor(now / INTERVAL_S) * INTERVAL_S;
      let last = past.at(-1);
      if (last?.at !== at) {
        last = { at, lists: 0, reasons: new Map() };
        past.push(last);
        if (past.length > INTERVALS) past.shift();
      }
      last.lists++;
      for (const { reason } of fallbacks) last.reasons.set(reason, (last.reasons.get(reason) ?? 0) + 1);
    },
    history: () => past.map(({ at, lists, reasons }) => ({ at, lists, reasons: Object.fromEntries(reasons) })),
  };
}
