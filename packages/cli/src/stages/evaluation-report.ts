/** What the HTML report of an evaluation shows, gathered: facts, curves, and the item space. */

import type { Evaluation, Protocol } from '@lorekeep/evaluation';
import type { Bundle } from '@lorekeep/recommender';
import type { InteractionLog } from '@lorekeep/store';
import { layOut, mapRows } from '../report/item-map.ts';
import { reportPage } from '../report/page.ts';
import type { StageContext } from '../workspace.ts';

export interface Evaluated {
  towers: TowerRuntime;
  corpus: InteractionLog;
  /** `[items × contentDim]` */
  content: Float32Array;
  valid: Evaluation;
  test: Evaluation;
  /** Baselines on the test questions. */
  others: Record<string, Evaluation>;
  protocol: Protocol;
}

/** @returns the page */
export async function evaluationReport({ workspace, progress }: StageContext, evaluated: Evaluated): Promise<string> {
  const { towers, corpus, content, valid, test, others, protocol } = evaluated;
  const { version, preset, seed, content: encoder, training, refit } = towers.manifest;
  progress?.({ stage: 'report', done: 0, total: 1, unit: 'pages', note: 'laying out the item space' });
  const rows = mapRows(corpus.itemIds.length);
  const dim = corpus.itemIds.length === 0 ? 0 : content.length / corpus.itemIds.length;
  const known = new Map(towers.itemIds.map((id, row) => [id, row]));
  const sample = new Float32Array(rows.length * dim);
  rows.forEach((row, at) => {
    sample.set(content.subarray(row * dim, (row + 1) * dim), at * dim);
  });
  const { vectors } = await towers.adaptItems(
    sample,
    Int32Array.from(rows, (row) => known.get(corpus.itemIds[row]) ?? -1),
  );
  const items = await workspace.store.getItems(rows.map((row) => corpus.itemIds[row]));
  const count = (n: number) => n.toLocaleString('en-US');
  const page = await reportPage({
    facts: [
      ['version', version],
      ['preset', preset],
      ['protocol', protocol],
      ['text encoder', `${encoder.name}${encoder.isLanguageModel ? '' : ' (not a language model)'}`],
      ['seed', String(seed)],
      // One that was trained on all events has nothing left to be evaluated on.
      ...(refit === undefined
        ? []
        : [['trained once more', `on the validation events too, as ${refit.from} chose`] as [string, string]]),
      ['items', count(corpus.itemIds.length)],
      ['users', count(corpus.userIds.length)],
      ['events', count(corpus.items.length)],
      ['test questions', count(test.metrics.users)],
      ['made', new Date().toISOString().slice(0, 16).replace('T', ' ')],
    ],
    evaluations: [[preset, test], ...Object.entries(others)],
    validation: valid,
    training,
    map: await layOut(
      items.map((item, at) => item ?? { id: corpus.itemIds[rows[at]] }),
      vectors,
      seed,
    ),
  });
  progress?.({ stage: 'report', done: 1, total: 1, unit: 'pages' });
  return page;
}
