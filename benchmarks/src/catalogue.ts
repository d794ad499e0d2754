/**
 * What a quality bench trains on: a data directory's histories and its items' vectors, through the very rooms that the
 * command line uses; and two things one does to histories to ask about transfer and about new items.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRandom, sha256 } from '@lorekeep/core';
import { datasetDirectory, importFiles } from '@lorekeep/datasets';
import { catalogueVectors, DEFAULT_TEMPLATE, encodeCatalogue, openEncoder, type Precision } from '@lorekeep/encoder';
import type { BundleManifest } from '@lorekeep/recommender';
import { type InteractionLog, openStore } from '@lorekeep/store';

export interface Catalogue {
  corpus: InteractionLog;
  /** `[items × contentInfo.dim]`, zeros for an item without text. */
  content: Float32Array;
  contentInfo: BundleManifest['content'];
}

/** The workspace of a data set whose import, vectors and trained versions are kept between runs (git-ignored). */
export function keptWorkspace(set: string): string {
  return fileURLToPath(new URL(`../../.lorekeep-bench/${set}`, import.meta.url));
}

/**
 * @param workspace a folder for the database that the files are read into
 * @param precision of the encoder
 */
export async function loadCatalogue(
  data: string,
  workspace: string,
  precision: Precision = 'fp32',
): Promise<Catalogue> {
  await mkdir(workspace, { recursive: true });
  const store = await openStore(join(workspace, 'lorekeep.sqlite'));
  try {
    await importFiles({ store, ...(await datasetDirectory(data)) });
    const encoder = await openEncoder(undefined, { precision });
    await encodeCatalogue({ store, encoder });
    const corpus = await store.interactionLog();
    const { id, name, dim, isLanguageModel } = encoder;
    return {
      corpus,
      content: await catalogueVectors({ store, encoder }, corpus.itemIds),
      contentInfo: { encoder: id, name, dim, isLanguageModel, template: DEFAULT_TEMPLATE },
    };
  } finally {
    await store.close();
  }
}

/** Histories, one list of item rows a user, in the order of the corpus's users. */
const historiesOf = ({ offsets, items }: InteractionLog) =>
  Array.from({ length: offsets.length - 1 }, (_, user) => Array.from(items.subarray(offsets[user], offsets[user + 1])));

function corpusOf(itemIds: string[], userIds: string[], histories: number[][]): InteractionLog {
  const offsets = new Uint32Array(histories.length + 1);
  histories.forEach((history, user) => {
    offsets[user + 1] = offsets[user] + history.length;
  });
  const items = Int32Array.from(histories.flat());
  const timestamps = new Float64Array(items.length);
  histories.forEach((history, user) => {
    history.forEach((_, at) => {
      timestamps[offsets[user] + at] = at;
    });
  });
  const fingerprint = sha256(Buffer.concat([Buffer.from(offsets.buffer), Buffer.from(items.buffer)]));
  return { itemIds, userIds, offsets, items, timestamps, fingerprint };
}

/**
 * The same log with a share of the items made new: no training event (leave-one-out) is of them, though they may be what is
 * asked for, and stand in the ranking like all others.
 *
 * @returns the corpus, and the rows of the items made new
 */
export function withNewItems(
  corpus: InteractionLog,
  share: number,
  seed: number,
): { corpus: InteractionLog; fresh: Set<number> } {
  const random = createRandom(seed);
  const rows = random.shuffle(Array.from(corpus.itemIds, (_, row) => row));
  const fresh = new Set(rows.slice(0, Math.round(share * rows.length)));
  const histories = historiesOf(corpus).map((history) =>
    history.filter((item, at) => at >= history.length - 2 || !fresh.has(item)),
  );
  return { corpus: corpusOf(corpus.itemIds, corpus.userIds, histories), fresh };
}

/** Several catalogues as one, each one's users apart from the others'; of each at most the first `users`. */
export function together(catalogues: Catalogue[], users: number): Catalogue {
  const itemIds: string[] = [];
  const userIds: string[] = [];
  const histories: number[][] = [];
  const content = new Float32Array(catalogues.reduce((size, one) => size + one.content.length, 0));
  let filled = 0;
  catalogues.forEach(({ corpus, content: own }, place) => {
    const first = itemIds.length;
    itemIds.push(...corpus.itemIds.map((id) => `${place}:${id}`));
    userIds.push(...corpus.userIds.slice(0, users).map((id) => `${place}:${id}`));
    histories.push(
      ...historiesOf(corpus)
        .slice(0, users)
        .map((history) => history.map((item) => first + item)),
    );
    content.set(own, filled);
    filled += own.length;
  });
  return { corpus: corpusOf(itemIds, userIds, histories), content, contentInfo: catalogues[0].contentInfo };
}
