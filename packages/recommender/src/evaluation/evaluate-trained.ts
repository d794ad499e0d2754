/** Evaluation of a recommender as it leaves training, in memory. */
import { type Evaluation, type EvaluationSet, evaluationCases, evaluationOf, trainUsers } from '@lorekeep/evaluation';
import { createCandidateSource } from '@lorekeep/linear';
import {
  contentRowsOf,
  NEW_ITEM_BATCHES,
  newItemGraph,
  openReranker,
  RERANKER_BATCHES,
  rerankerGraph,
} from '@lorekeep/ranking';
import { createTowerEncoder, widthsOf } from '@lorekeep/towers';
import type { RerankerSources } from '../composition/parts.ts';
import type { TrainedRecommender } from '../training/train.ts';
import { createCatalogueParts } from './catalogue-parts.ts';
import { openCatalogueNewItems } from './new-items.ts';
import { type RankOptions, rankCases } from './rank-cases.ts';

/**
 * Ranks every target of a set among all items. Reports progress as stage `'evaluate'`, unit
 * `'users'`.
 */
export async function evaluateTrained(
  trained: TrainedRecommender,
  set: EvaluationSet,
  { threads, signal, progress }: RankOptions = {},
): Promise<Evaluation> {
  const { split, config, towers, linear, seed } = trained;
  const { parameters, content, contentInfo } = towers;
  const items = split.log.itemIds.length;
  const contentDim = config.items.content ? contentInfo.dim : 0;
  const encoder = createTowerEncoder(config, { items, contentDim }, { threads, signal });
  const reranker = await openTrainedReranker(trained, threads);
  const newItems = reranker && (await openCatalogueNewItems(reranker, contentRowsOf(reranker.statistics), { threads }));
  try {
    const parts = createCatalogueParts({
      items,
      ...(linear === undefined ? {} : { weights: { rows: linear.neighbours, settings: linear.settings } }),
      ...(reranker === undefined ? {} : { reranker }),
      ...(newItems === undefined ? {} : { newItems }),
      towers: {
        dim: widthsOf(config, contentDim).vector,
        items: () => encoder.items(parameters, content),
        users: (inputs, histories) => encoder.users(parameters, inputs, histories),
      },
      counts: trainUsers(split),
    });
    const note = `${linear === undefined ? 'towers' : 'linear model'}, ${set}`;
    const ranking = await rankCases(parts, evaluationCases(split, set), { threads, signal, progress, note });
    return evaluationOf(split, set, ranking, seed);
  } finally {
    await Promise.all([encoder.close(), reranker?.reranker.close(), newItems?.close()]);
  }
}

async function openTrainedReranker(
  { linear, reranker }: TrainedRecommender,
  threads: number | undefined,
): Promise<RerankerSources | undefined> {
  if (linear === undefined || reranker?.parts === undefined) return undefined;
  const { statistics, network, newItems } = reranker.parts;
  const source = createCandidateSource(statistics);
  const graphs = RERANKER_BATCHES.map((batch) => rerankerGraph(network, batch));
  const opened = await openReranker(statistics, graphs, source.includesHistory, { threads });
  const { towerWeight, newItems: placed } = reranker.report;
  return {
    source,
    reranker: opened,
    towerWeight,
    statistics,
    ...(newItems &&
      placed && {
        newItems: {
          graphs: NEW_ITEM_BATCHES.map((batch) => newItemGraph(newItems.network, batch)),
          popularity: newItems.popularity,
          mean: newItems.mean,
          offset: placed.offset,
          rareUsers: placed.rareUsers,
        },
      }),
  };
}
