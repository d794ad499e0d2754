/** The logit of stage one, served as it is. There is no ranker for the target. */
import type { Method, MethodContext } from '../contract.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import { OUTCOMES } from '../target.ts';

const served = (name: string, logitsOf: (stageOne: StageOne) => Float32Array): Method => ({
  name,
  seeded: false,
  needsStageOne: true,
  async score({ impressions, target, stageOne }: MethodContext) {
    const task = OUTCOMES.indexOf(target.outcome);
    const logits = logitsOf(stageOne);
    const at = (row: number) => (row - impressions.firstRow) * OUTCOMES.length + task;
    return Float32Array.from(impressions.scoredRows(target), (row) => logits[at(row)]);
  },
});

export const stageOneLogit = served('stage-one logit', ({ logits }) => logits);
/** By the two towers, which a service can cache. */
export const stageOneTowers = served('stage-one tower logit', ({ towerLogits }) => towerLogits);
