/** How long each stage of a training takes, from its progress. */
import { noProgress, type Progress } from '@lorekeep/core';

export interface StageSeconds {
  /** To be passed on instead of the given function, which it calls. */
  readonly progress: Progress;
  /** Seconds by stage up to now. What comes before the first report belongs to the first stage. */
  seconds(): Record<string, number>;
}

export function stageSeconds(given: Progress = noProgress): StageSeconds {
  const total = new Map<string, number>();
  let since = performance.now();
  let stage: string | undefined;
  const settle = () => {
    const now = performance.now();
    if (stage !== undefined) total.set(stage, (total.get(stage) ?? 0) + (now - since) / 1000);
    if (stage !== undefined) since = now;
  };
  return {
    progress(event) {
      if (event.stage !== stage) {
        settle();
        stage = event.stage;
      }
      given(event);
    },
    seconds() {
      settle();
      return Object.fromEntries(Array.from(total, ([name, seconds]) => [name, Math.round(100 * seconds) / 100]));
    },
  };
}
