/**
 * What a model of stage 1 knows as entries: one for every user and every item, one for those of whom
 * nothing is known, and one for each user with a category of the user's behaviours.
 */
import { knowledgeEntries, servedSchema, type UserCategoryOptions } from '@lorekeep/knowledge';
import { UNKNOWN_ID } from '@lorekeep/recommender';
import type { Store } from '@lorekeep/store';
import type { WorkspaceState } from '../../state.ts';
import { nextDay } from '../log/days.ts';
import { withLog } from '../log/read-data.ts';
import { openModel } from '../pretraining/model.ts';
import { type KnowledgeManifest, knowledgeDir, readLearned } from '../versions.ts';
import type { ModelSpace } from './model-spaces.ts';

export interface KeepSpaceOptions {
  /** A pre-trained version. Default: the newest. */
  version?: string;
  /** False: no entries by user and category. */
  userCategories?: UserCategoryOptions | false;
  threads?: number;
}

/** @throws LorekeepError `IMPRESSIONS_MISSING`, `KNOWLEDGE_MODEL_…`, `KNOWLEDGE_FILE_DAMAGED` */
export async function keepSpace(
  state: WorkspaceState,
  { version, userCategories = {}, threads }: KeepSpaceOptions,
): Promise<ModelSpace> {
  const directory = await knowledgeDir(state, version);
  const manifest = await readLearned<KnowledgeManifest>(directory);
  const { model, names } = await withLog(state, async (data) => ({
    model: await openModel(directory, data, threads),
    names: data.log,
  }));
  const { ranker, behaviours } = model;
  const userIds = [...names.userIds, UNKNOWN_ID];
  const itemIds = [...names.itemIds, UNKNOWN_ID];
  const categories = userCategories === false ? [] : await firstCategories(state.store, names.itemIds);
  const has = categories.some((category) => category !== undefined);
  return {
    model: manifest.version,
    schema: servedSchema(ranker.tasks, ranker.state().config.towers, { userCategories: has }),
    entries: knowledgeEntries(ranker, {
      userIds,
      itemIds,
      // Ages of behaviours count from the day after the newest impression, as in the rows that rankers
      // train on.
      now: nextDay(ranker.seenUntil),
      ...(has && { userCategories: { ...userCategories, behaviours, categories } }),
    }),
    total: userIds.length + itemIds.length,
    close: () => model.close(),
  };
}

/** Items that are read at once. */
const BATCH = 10_000;

/** The first level of the category of each item. */
async function firstCategories(
  store: Pick<Store, 'getItems'>,
  itemIds: readonly string[],
): Promise<(string | undefined)[]> {
  const categories: (string | undefined)[] = [];
  for (let first = 0; first < itemIds.length; first += BATCH)
    for (const item of await store.getItems(itemIds.slice(first, first + BATCH)))
      categories.push(item?.categories?.[0] || undefined);
  return categories;
}
