/**
 * What a ranker loses if the knowledge that it is served is not the version that it was trained with:
 * older versions of the same run, and another retraining, aligned onto the version in use or not.
 *
 * A ranker trains window by window with the version of each window. Each scored window is scored with
 * several versions; only the one of the window itself is trained on.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KnowledgeStore, openKnowledgeStore } from '@lorekeep/knowledge';
import { createBehaviours, createImpressionRanker, recordRows } from '@lorekeep/ranking';
import { FIRST_SCORED, type Impressions } from '../real-log.ts';
import { LENGTH, rankerSettings } from '../settings.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import type { Target } from '../target.ts';
import { type Form, type PublishedWindows, publishWindows, readKnowledge } from './versions.ts';

/** Versions before the one of the window that are tried. */
export const MAX_AGE = 4;

export interface SkewScores {
  form: Form;
  /** Knowledge → scores of the target's scored rows: `v`, `v−1` …, `retrained, aligned`, `retrained, not aligned`. */
  scores: Record<string, Float32Array>;
  /** Residual of the alignment of each retrained version, in the order of the windows. */
  residuals: number[];
}

/**
 * @param own stage one, whose versions the ranker is trained with
 * @param other stage one from another seed: a retraining
 */
export async function scoreWithOtherVersions(
  impressions: Impressions,
  target: Target,
  { form, own, other, seed }: { form: Form; own: StageOne; other: StageOne; seed: number },
): Promise<SkewScores> {
  const directory = await mkdtemp(join(tmpdir(), 'lorekeep-versions-'));
  const store = await openKnowledgeStore(directory, { keep: 100 });
  try {
    const used = await publishWindows(store, impressions, own, { form, name: 'own' });
    const raw = await publishWindows(store, impressions, other, { form, name: 'raw' });
    const alignTo = (window: number) => used.versions[window];
    const aligned = await publishWindows(store, impressions, other, { form, name: 'aligned', alignTo });
    const scores = await scoreVersions(store, impressions, target, seed, { used, raw, aligned });
    return { form, scores, residuals: aligned.residuals.map((residual) => residual ?? 0) };
  } finally {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function scoreVersions(
  store: KnowledgeStore,
  impressions: Impressions,
  target: Target,
  seed: number,
  { used, raw, aligned }: Record<'used' | 'raw' | 'aligned', PublishedWindows>,
): Promise<Record<string, Float32Array>> {
  const { data, history, windows } = impressions;
  const behaviours = createBehaviours(LENGTH);
  recordRows(behaviours, data.log, history);
  const tasks = [{ outcome: target.outcome }];
  const ranker = await createImpressionRanker({ entities: data, behaviours, tasks, ...rankerSettings(target), seed });
  const scores: Record<string, number[]> = {};
  try {
    const width = (
      await readKnowledge(store, impressions, used.form, used.versions[0], windows[0].rows.subarray(0, 1), 0)
    ).width;
    await ranker.plug({ name: 'served', width, layer: `${target.outcome}/out` });
    for (const [w, window] of windows.entries()) {
      const read = (version: string, rows: Int32Array) =>
        readKnowledge(store, impressions, used.form, version, rows, used.seenUntil[w]);
      if (w >= FIRST_SCORED) {
        const rows = window.rows.filter((row) => impressions.isOn(target, row));
        const versions: Record<string, string> = { v: used.versions[w] };
        for (let age = 1; age <= MAX_AGE && w - age >= 0; age++) versions[`v−${age}`] = used.versions[w - age];
        versions['retrained, aligned'] = aligned.versions[w];
        versions['retrained, not aligned'] = raw.versions[w];
        for (const [name, version] of Object.entries(versions)) {
          const { logits } = await ranker.score({
            columns: data.log,
            rows,
            knowledge: { served: await read(version, rows) },
          });
          scores[name] ??= [];
          scores[name].push(...logits);
        }
        // The first scored windows have fewer predecessors: what is missing is scored with the oldest one.
        for (let age = w + 1; age <= MAX_AGE; age++) {
          const name = `v−${age}`;
          scores[name] ??= [];
          scores[name].push(...scores[`v−${w}`].slice(-rows.length));
        }
      }
      for (const day of window.days) {
        const rows = day.filter((row) => impressions.isTraining(target, row));
        await ranker.train({ columns: data.log, rows, knowledge: { served: await read(used.versions[w], rows) } });
      }
      recordRows(behaviours, data.log, window.rows);
    }
  } finally {
    await ranker.close();
  }
  return Object.fromEntries(Object.entries(scores).map(([name, values]) => [name, Float32Array.from(values)]));
}
