/**
 * The knowledge of a published version for an evaluation: what a ranker that trains on it and is
 * served with it would read. A row that the version has learned from gets what the version knew of it
 * before; a later row gets what the General Knowledge Center serves. Rows that are scored must be later
 * than all that the version has learned from, because its entries may contain their answers.
 */
import { type AskedWindow, type KnowledgeStore, knowledgeErrors } from '@lorekeep/knowledge';
import type { RankingData, RowKnowledge } from '@lorekeep/ranking';
import { KEEP_SPACE, readKnowledge } from '@lorekeep/recommender';
import type { ImpressionColumns, ImpressionLog } from '@lorekeep/store';
import { errors } from '../../errors.ts';
import type { WorkspaceState } from '../../state.ts';
import { withReadCentre } from '../centre/open-centre.ts';
import { sliceColumns } from '../log/columns.ts';
import { openProgressive } from '../pretraining/progressive-rows.ts';
import { type KnowledgeManifest, knowledgeDir, readLearned } from '../versions.ts';

/** Pairs per request to the centre. */
const BATCH = 4096;

/**
 * @throws LorekeepError `KNOWLEDGE_STORE_MISSING`, `KNOWLEDGE_VERSION_UNKNOWN`, `KNOWLEDGE_MODEL_UNKNOWN` if
 *   the workspace does not have the model of the version any more, `KNOWLEDGE_LEARNED_SCORED`,
 *   `KNOWLEDGE_…`
 */
export function withPublished<T>(
  state: WorkspaceState,
  { log }: RankingData,
  version: string,
  place: string | undefined,
  use: (knowledge: (window: AskedWindow) => Promise<RowKnowledge>) => Promise<T>,
): Promise<T> {
  return withReadCentre(state, place, async (centre) => {
    const versions = await centre.versions(KEEP_SPACE);
    const published = versions.find((one) => one.version === version);
    if (published === undefined)
      throw knowledgeErrors.KNOWLEDGE_VERSION_UNKNOWN({
        space: KEEP_SPACE,
        version,
        versions: versions.map((one) => one.version),
      });
    const { seenUntil } = await readLearned<KnowledgeManifest>(await knowledgeDir(state, modelOf(version)));
    // A ranker that is served an aligned version was trained with the version that it is aligned to.
    const trainedWith = modelOf(published.alignment?.to ?? version);
    const progressive = await openProgressive(await knowledgeDir(state, trainedWith));

    return use(async ({ start, rows, isScored }) => {
      if (isScored && start <= seenUntil) throw errors.KNOWLEDGE_LEARNED_SCORED({ version, seenUntil, start });
      const { width } = progressive;
      const known: RowKnowledge = {
        width,
        values: new Float32Array(rows.length * width),
        present: new Uint8Array(rows.length),
        // Each row has knowledge of its own time.
        seenUntil: Number.NEGATIVE_INFINITY,
      };
      if (rows.length === 0) return known;
      const [first, end] = [rows[0], rows[rows.length - 1] + 1];
      const found = await progressive.find(columnsOfTimes(log, first, end), log);
      const shift = firstOfTime(log, first);
      const served: number[] = [];
      for (const [i, row] of rows.entries()) {
        const at = found.places[row - shift];
        if (at >= 0) {
          known.values.set(found.values.subarray(at * width, (at + 1) * width), i * width);
          known.present[i] = 1;
        } else if (log.timestamps[row] > seenUntil) served.push(i);
      }
      await readServed(centre, version, log, rows, served, known);
      return known;
    });
  });
}

/** A version that is aligned has the name of its model in front. */
const modelOf = (version: string): string => version.replace(/-aligned(-to-.*)?$/, '');

async function readServed(
  centre: KnowledgeStore,
  version: string,
  log: ImpressionLog,
  rows: Int32Array,
  served: readonly number[],
  { width, values, present }: RowKnowledge,
): Promise<void> {
  for (let first = 0; first < served.length; first += BATCH) {
    const part = served.slice(first, first + BATCH);
    const found = await readKnowledge(centre, KEEP_SPACE, version, {
      users: part.map((i) => log.userIds[log.users[rows[i]]]),
      items: part.map((i) => log.itemIds[log.items[rows[i]]]),
    });
    for (const [k, i] of part.entries()) {
      values.set(found.values.subarray(k * width, (k + 1) * width), i * width);
      present[i] = 1;
    }
  }
}

/** The first row of the time of a row. */
function firstOfTime({ timestamps }: ImpressionLog, row: number): number {
  let first = row;
  while (first > 0 && timestamps[first - 1] === timestamps[row]) first--;
  return first;
}

/** The columns of rows, with all rows of the first and of the last time. */
function columnsOfTimes(log: ImpressionLog, first: number, end: number): ImpressionColumns {
  const { timestamps } = log;
  let last = end;
  while (last < timestamps.length && timestamps[last] === timestamps[end - 1]) last++;
  return sliceColumns(log, firstOfTime(log, first), last);
}
