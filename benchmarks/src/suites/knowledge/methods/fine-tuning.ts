/**
 * Fine-tuning (KEEP, Zhang et al., CIKM 2022, section 5.1): for each window, stage one as it was one
 * window earlier goes on with the rows of the target in that window, and the outcome of the target
 * alone. So each row is learned once, and the super-domain is as fresh as one window allows. Either
 * everything learns, or everything but the embeddings.
 */
import { warmStart } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import { FIRST_SCORED } from '../real-log.ts';
import { rankerSettings } from '../settings.ts';
import { walk } from '../walk.ts';

const fineTuned = (name: string, frozen: readonly string[]): Method => ({
  name,
  seeded: true,
  needsStageOne: true,
  async score(context: MethodContext) {
    const { impressions, stageOne, target, seed } = context;
    const { batch, idDropout } = rankerSettings(target);
    const tasks = [{ outcome: target.outcome }];
    const scores: number[] = [];
    for (let window = FIRST_SCORED; window < impressions.windows.length; window++) {
      const state = warmStart(stageOne.states[window - 1], { tasks, batch, idDropout, seed, towers: 0, frozen });
      const found = await walk(context, { start: { state, window: window - 1 }, last: window });
      for (const value of found) scores.push(value);
    }
    return Float32Array.from(scores);
  },
});

export const fineTuning = fineTuned('fine-tuning', []);
export const fineTuningFrozen = fineTuned('fine-tuning, frozen embeddings', ['embedding']);
