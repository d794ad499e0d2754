/**
 * A part of a large catalogue on which a question about the linear model can be put cheaply: some items drawn evenly, and
 * of every history what it holds of them. A is then a principal part of the whole A, and the counts in it keep their size.
 */
import type { Random } from '@lorekeep/core';
import type { EvaluationCase } from '@lorekeep/evaluation';
import type { Interactions } from '../solve/gram.ts';

/** What settings are tried on. */
export interface Trial {
  interactions: Interactions;
  /** `[items × contentDim]` centred; `undefined` without content. */
  content: Float32Array | undefined;
  cases: readonly EvaluationCase[];
}

/** The trial itself where it has no more than `items`; otherwise cases whose target and history both keep something. */
export function sampled(trial: Trial, items: number, random: Random): Trial {
  const { interactions, content, cases } = trial;
  if (interactions.items <= items) return trial;
  const chosen = random.shuffle(Array.from({ length: interactions.items }, (_, row) => row)).slice(0, items);
  chosen.sort((a, b) => a - b);
  const place = new Int32Array(interactions.items).fill(-1);
  chosen.forEach((row, at) => {
    place[row] = at;
  });
  const users = interactions.offsets.length - 1;
  const offsets = new Uint32Array(users + 1);
  const rows = new Int32Array(interactions.rows.length);
  let end = 0;
  for (let user = 0; user < users; user++) {
    for (let at = interactions.offsets[user]; at < interactions.offsets[user + 1]; at++)
      if (place[interactions.rows[at]] >= 0) rows[end++] = place[interactions.rows[at]];
    offsets[user + 1] = end;
  }
  const dim = content === undefined ? 0 : content.length / interactions.items;
  const part = content && new Float32Array(items * dim);
  if (content !== undefined && part !== undefined)
    chosen.forEach((row, at) => {
      part.set(content.subarray(row * dim, (row + 1) * dim), at * dim);
    });
  return {
    interactions: { items, offsets, rows: rows.subarray(0, end) },
    content: part,
    cases: cases.flatMap(({ history, target }) => {
      const kept = history.map((row) => place[row]);
      return place[target] >= 0 && kept.some((row) => row >= 0) ? [{ history: kept, target: place[target] }] : [];
    }),
  };
}
