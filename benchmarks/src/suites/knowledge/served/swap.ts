/**
 * A ranker that is served the knowledge of another retraining of stage 1 than it was trained with, or
 * none at all. `tower logits` are biases and dot products: what the General Knowledge Center serves by
 * default. They mean the same in each retraining. `hidden` are hidden layers, whose axes are arbitrary.
 */
import { createBehaviours, createImpressionRanker, recordRows } from '@lorekeep/ranking';
import { FIRST_SCORED, type Impressions } from '../real-log.ts';
import { LENGTH, rankerSettings } from '../settings.ts';
import { type Part, partWidth, rowKnowledge } from '../stage-one/knowledge.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import type { Target } from '../target.ts';

export const SWAPPED = ['own', 'retrained', 'none'] as const;
export type Swapped = (typeof SWAPPED)[number];

/** Scores of the target's scored rows with each knowledge. */
export async function scoreSwapped(
  impressions: Impressions,
  target: Target,
  { part, own, other, seed }: { part: Part; own: StageOne; other: StageOne; seed: number },
): Promise<Record<Swapped, Float32Array>> {
  const { data, history, windows } = impressions;
  const columns = data.log;
  const behaviours = createBehaviours(LENGTH);
  recordRows(behaviours, columns, history);
  const tasks = [{ outcome: target.outcome }];
  const ranker = await createImpressionRanker({ entities: data, behaviours, tasks, ...rankerSettings(target), seed });
  const scores: Record<Swapped, number[]> = { own: [], retrained: [], none: [] };
  try {
    const layer = part === 'hidden' ? 'hidden 1' : `${target.outcome}/out`;
    await ranker.plug({ name: part, width: partWidth(impressions, own, part), layer });
    for (const [w, window] of windows.entries()) {
      const plugged = (stageOne: StageOne, rows: Int32Array) => ({
        columns,
        rows,
        knowledge: { [part]: rowKnowledge(impressions, stageOne, part, rows, w) },
      });
      if (w >= FIRST_SCORED) {
        const rows = window.rows.filter((row) => impressions.isOn(target, row));
        scores.own.push(...(await ranker.score(plugged(own, rows))).logits);
        scores.retrained.push(...(await ranker.score(plugged(other, rows))).logits);
        scores.none.push(...(await ranker.score({ columns, rows })).logits);
      }
      for (const day of window.days)
        await ranker.train(
          plugged(
            own,
            day.filter((row) => impressions.isTraining(target, row)),
          ),
        );
      recordRows(behaviours, columns, window.rows);
    }
  } finally {
    await ranker.close();
  }
  return {
    own: Float32Array.from(scores.own),
    retrained: Float32Array.from(scores.retrained),
    none: Float32Array.from(scores.none),
  };
}
