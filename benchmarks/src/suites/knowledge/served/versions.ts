/**
 * Versions of knowledge as a service has them: at the start of each window, one entry of each user and
 * of each item goes to the General Knowledge Center, and the knowledge of a row is read from there.
 */
import { type KnowledgeSchema, type KnowledgeStore, knowledgeEntries, servedSchema } from '@lorekeep/knowledge';
import { createBehaviours, openImpressionRanker, type RowKnowledge, recordRows } from '@lorekeep/ranking';
import type { Impressions } from '../real-log.ts';
import { LENGTH } from '../settings.ts';
import type { StageOne } from '../stage-one/outputs.ts';
import { OUTCOMES } from '../target.ts';

/**
 * What the entries contain. `dots`: products of the towers and biases, which mean the same in each
 * retraining. `vectors`: the vectors themselves beside their products; their axes are arbitrary.
 */
export const FORMS = ['dots', 'vectors'] as const;
export type Form = (typeof FORMS)[number];

export function schemaOf(form: Form, dim: number): KnowledgeSchema {
  const schema = servedSchema(OUTCOMES, dim);
  if (form === 'dots') return schema;
  const shown = (blocks: KnowledgeSchema['user']) => blocks.map(({ name, dim: width }) => ({ name, dim: width }));
  return { ...schema, user: shown(schema.user), item: shown(schema.item) };
}

export interface PublishedWindows {
  form: Form;
  /** `[windows]` names of the versions. */
  versions: string[];
  /** `[windows]` residual of the alignment; undefined if the version is not aligned. */
  residuals: (number | undefined)[];
  seenUntil: Float64Array;
}

/** Publishes what stage one knows at the start of each window. */
export async function publishWindows(
  store: KnowledgeStore,
  impressions: Impressions,
  stageOne: StageOne,
  { form, name, alignTo }: { form: Form; name: string; alignTo?: (window: number) => string | undefined },
): Promise<PublishedWindows> {
  const { data, history, windows } = impressions;
  const behaviours = createBehaviours(LENGTH);
  recordRows(behaviours, data.log, history);
  const shown = shownIn(impressions);
  const published: PublishedWindows = { form, versions: [], residuals: [], seenUntil: stageOne.seenUntil };
  for (const [w, window] of windows.entries()) {
    const ranker = await openImpressionRanker({ entities: data, behaviours, state: stageOne.states[w] });
    try {
      const to = alignTo?.(w);
      const dim = stageOne.states[w].config.towers;
      const { alignment } = await store.publish(form, {
        version: `${name}-${w}`,
        schema: schemaOf(form, dim),
        entries: knowledgeEntries(ranker, { ...data.names, ...shown, now: window.start }),
        ...(to === undefined ? {} : { align: { to } }),
      });
      published.versions.push(`${name}-${w}`);
      published.residuals.push(alignment?.residual);
    } finally {
      await ranker.close();
    }
    recordRows(behaviours, data.log, window.rows);
  }
  return published;
}

/** Users and items of the log. The store has all items of the catalogue, most of which were never shown. */
function shownIn({ data: { log } }: Impressions) {
  const distinct = (column: Int32Array) => Int32Array.from(new Set(column)).sort();
  return { users: distinct(log.users), items: distinct(log.items) };
}

/** Pairs per request. */
const BATCH = 4096;

/** The knowledge of rows, read from a version. */
export async function readKnowledge(
  store: KnowledgeStore,
  { data: { log } }: Impressions,
  form: Form,
  version: string,
  rows: Int32Array,
  seenUntil: number,
): Promise<RowKnowledge> {
  let values = new Float32Array(0);
  let width = 0;
  const present = new Uint8Array(rows.length);
  for (let first = 0; first < rows.length; first += BATCH) {
    const part = rows.subarray(first, first + BATCH);
    const answer = await store.read(form, version, {
      users: Array.from(part, (row) => log.userIds[log.users[row]]),
      items: Array.from(part, (row) => log.itemIds[log.items[row]]),
      categories: Array.from(part, () => ''),
    });
    if (width === 0) {
      width = answer.values.length / part.length;
      values = new Float32Array(rows.length * width);
    }
    values.set(answer.values, first * width);
    for (let i = 0; i < part.length; i++) present[first + i] = answer.present[3 * i] & answer.present[3 * i + 1];
  }
  return { width, values, present, seenUntil };
}
