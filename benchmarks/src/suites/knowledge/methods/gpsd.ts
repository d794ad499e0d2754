/**
 * GPSD (Generative Pre-training for Scalable Discriminative recommendation, Wang et al., KDD 2025),
 * its transfer: the embeddings of the pre-trained model are taken and frozen, and the dense part is new.
 * Here the pre-trained model is stage one at the start of the last warm-up window; the dense part, with
 * the layers of the base ranker, trains on the target's rows from that window on.
 */
import { warmStart } from '@lorekeep/ranking';
import type { Method, MethodContext } from '../contract.ts';
import { FIRST_SCORED } from '../real-log.ts';
import { rankerSettings } from '../settings.ts';
import { walk } from '../walk.ts';

export const gpsd: Method = {
  name: 'GPSD',
  seeded: true,
  needsStageOne: true,
  score(context: MethodContext) {
    const { stageOne, target, seed } = context;
    const window = FIRST_SCORED - 1;
    const { batch, hidden, learningRate, idDropout } = rankerSettings(target);
    const state = warmStart(stageOne.states[window], {
      take: 'embeddings',
      frozen: ['embedding'],
      tasks: [{ outcome: target.outcome }],
      towers: 0,
      taskHidden: [],
      hidden,
      batch,
      learningRate,
      idDropout,
      seed,
    });
    return walk(context, { start: { state, window } });
  },
};
