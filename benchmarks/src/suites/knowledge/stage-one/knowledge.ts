/** Parts of what stage one says about rows, as knowledge K for a plug-in. */
import type { RowKnowledge } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import { OUTCOMES } from '../target.ts';
import { embeddingKnowledge, embeddingWidth } from './embeddings.ts';
import type { StageOne } from './outputs.ts';

export type Part = 'logits' | 'tower-logits' | 'hidden' | 'embeddings';

/** Numbers per row. */
export function partWidth(impressions: Impressions, stageOne: StageOne, part: Part): number {
  if (part === 'embeddings') return embeddingWidth(impressions, stageOne);
  return part === 'hidden' ? OUTCOMES.length * stageOne.hiddenUnits : OUTCOMES.length;
}

export function rowKnowledge(
  impressions: Impressions,
  stageOne: StageOne,
  part: Part,
  rows: Int32Array,
  window: number,
): RowKnowledge {
  if (part === 'embeddings') return embeddingKnowledge(impressions, stageOne, rows, window);
  const columns = part === 'hidden' ? stageOne.hidden : [part === 'logits' ? stageOne.logits : stageOne.towerLogits];
  const width = partWidth(impressions, stageOne, part);
  const own = width / columns.length;
  const values = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    const at = (row - impressions.firstRow) * own;
    for (const [c, column] of columns.entries()) values.set(column.subarray(at, at + own), i * width + c * own);
  }
  return { width, values, present: new Uint8Array(rows.length).fill(1), seenUntil: stageOne.seenUntil[window] };
}
