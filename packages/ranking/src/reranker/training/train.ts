/**
 * From an interaction log and its linear model to a re-ranker: solves the variants of the linear
 * model, counts the statistics, trains the network, selects the weight of the towers beside it, and
 * compares it with the linear model by NDCG@10 on the validation cases.
 */
import type { RunContext } from '@lorekeep/core';
import {
  casesForChoice,
  evaluationCases,
  metricsOfRanks,
  pairedDifferences,
  ranksByNeighbours,
  type Split,
} from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import { createCandidateSource, type LinearModel, type SolutionCache } from '@lorekeep/linear';
import { fitNewItems, type NewItemFit } from '../new-items/fit.ts';
import { type SelectedNewItems, selectNewItems } from '../new-items/select.ts';
import type { NewItemReport, RerankerReport } from '../report.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from '../reranker.ts';
import { countStatistics, type ItemStatistics } from '../statistics/item-statistics.ts';
import { fitNetwork } from './fit.ts';
import { selectTowerWeight, type ValidationVectors } from './tower-weight.ts';
import { solveVariants } from './variants.ts';

export interface TrainedReranker {
  report: RerankerReport;
  /** Only if `report.used`. */
  parts?: { statistics: ItemStatistics; network: Arrays; newItems?: NewItemParts };
}

/** The network of new items, and what it reads them with. */
export interface NewItemParts extends Pick<NewItemFit, 'network' | 'popularity'> {
  /** `[contentDim]` mean of the content vectors in training. */
  mean: Float32Array;
}

/** Content vectors as the models read them. */
export interface CentredContent {
  /** `[contentDim]` */
  mean: Float32Array;
  /** `[items × contentDim]` rows of length 1 with the mean removed; zeros for an item without text. */
  centred: Float32Array;
}

export interface TrainRerankerOptions extends RunContext {
  /** Default 42. */
  seed?: number;
  /** Default: all cores. */
  threads?: number;
  /** Where solutions of the linear model are read and written. Default: nowhere. */
  cache?: SolutionCache;
  /**
   * The report of an earlier training on fewer events. Nothing is evaluated then, and the towers
   * keep the weight of that report.
   */
  selected?: RerankerReport;
  /** Vectors of the towers for the validation cases of `casesForChoice`. Default: the towers have no weight. */
  towers?: () => Promise<ValidationVectors>;
}

/**
 * Reports progress as stages `'solve'` and `'re-ranker'`. `report.used` tells whether the re-ranker
 * is better than the linear model.
 *
 * @param diagonal `[items]` of the P of the linear model
 * @param text the content vectors, `undefined` without content
 * @throws LorekeepError what `solveItems` throws; `signal.reason` if stopped
 */
export async function trainReranker(
  split: Split,
  { neighbours, settings }: Pick<LinearModel, 'neighbours' | 'settings'>,
  diagonal: Float32Array,
  text: CentredContent | undefined,
  { seed = 42, threads, cache, selected, towers, progress, signal }: TrainRerankerOptions = {},
): Promise<TrainedReranker> {
  const run = { threads, progress, signal };
  const content = text?.centred;
  // What users do not want is left out of every ranking alike, so it plays no part in the comparison.
  const cases = casesForChoice(evaluationCases(split, 'valid')).map(({ history, target }) => ({ history, target }));
  const linear = ranksByNeighbours(neighbours, cases, settings);
  const valid: RerankerReport['valid'] = { linear: metricsOfRanks(linear) };
  const { neighboursPerItem } = settings;
  const variants = await solveVariants(split, content, settings, { neighboursPerItem, cache, ...run });
  const statistics: ItemStatistics = {
    items: neighbours.items,
    decay: settings.decay,
    weights: neighbours,
    variants: variants.neighbours,
    uncertainty: diagonal.map((value) => value * settings.lambda),
    content,
    ...countStatistics(split),
  };
  const diagonals = { weights: diagonal, variants: variants.diagonals };
  const fitted = await fitNetwork(split, statistics, diagonals, { seed, ...run });
  if (fitted === undefined) return { report: { used: false, valid, towerWeight: 0 } };
  const { parameters: network, ...training } = fitted;
  const newItems = await fitNewItems(split, statistics, diagonals, network, { seed, ...run });
  const parts = { statistics, network, ...(newItems && text && { newItems: { ...newItems, mean: text.mean } }) };
  if (selected !== undefined) {
    const { newItems: before, ...rest } = selected;
    // Without an offset that was selected, new items keep the places that the linear model gives them.
    const report = { ...rest, training, ...(newItems && before && { newItems: reportOf(newItems, before) }) };
    return { report, parts: before === undefined ? { statistics, network } : parts };
  }
  const chosen = await select(parts, cases, linear, towers, run);
  valid.reranker = metricsOfRanks(chosen.ranks);
  valid.difference = pairedDifferences(chosen.ranks, linear, { seed })['ndcg@10'];
  const used = valid.reranker['ndcg@10'] > valid.linear['ndcg@10'];
  const report: RerankerReport = {
    used,
    training,
    valid,
    towerWeight: used ? chosen.towerWeight : 0,
    ...(used && newItems && chosen.newItems && { newItems: reportOf(newItems, chosen.newItems) }),
  };
  return used ? { report, parts } : { report };
}

function reportOf(
  { examples, covered, losses, bestEpoch }: NewItemFit,
  { offset, rareUsers }: Pick<NewItemReport, 'offset' | 'rareUsers'>,
): NewItemReport {
  return { examples, covered, losses, bestEpoch, offset, rareUsers };
}

/** Selects the weight of the towers, then how new items are placed, and ranks the cases with both. */
async function select(
  { statistics, network, newItems }: NonNullable<TrainedReranker['parts']>,
  cases: readonly { history: Int32Array; target: number }[],
  linear: Float64Array,
  towersOf: TrainRerankerOptions['towers'],
  { threads, signal }: { threads?: number; signal?: AbortSignal },
): Promise<{ ranks: Float64Array; towerWeight: number; newItems?: SelectedNewItems }> {
  const source = createCandidateSource(statistics);
  const graphs = RERANKER_BATCHES.map((batch) => rerankerGraph(network, batch));
  const reranker = await openReranker(statistics, graphs, source.includesHistory, { threads });
  try {
    const towers = await towersOf?.();
    const { ranks, weight } = await selectTowerWeight(source, reranker, cases, linear, towers, signal);
    const how = { cases, behind: linear, reranker, towers, towerWeight: weight, threads, signal };
    const placed = newItems && (await selectNewItems(statistics, newItems, how));
    return { ranks: placed?.ranks ?? ranks, towerWeight: weight, ...(placed && { newItems: placed }) };
  } finally {
    await reranker.close();
  }
}
