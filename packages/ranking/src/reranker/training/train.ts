/**
 * From an interaction log and its linear model to a re-ranker: solves the variants of the linear
 * model, counts the statistics, trains the network, selects the weight of the towers beside it, and
 * compares it with the linear model by NDCG@10 on the validation cases.
 */
import type { RunContext } from '@lorekeep/core';
import { evaluationCases, metricsOfRanks, pairedDifferences, rankByNeighbours, type Split } from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import { createCandidateSource, type LinearModel, type SolutionCache } from '@lorekeep/linear';
import type { RerankerReport } from '../report.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from '../reranker.ts';
import { countStatistics, type ItemStatistics } from '../statistics/item-statistics.ts';
import { fitNetwork } from './fit.ts';
import { selectTowerWeight, type ValidationVectors } from './tower-weight.ts';
import { solveVariants } from './variants.ts';

export interface TrainedReranker {
  report: RerankerReport;
  /** Only if `report.used`. */
  parts?: { statistics: ItemStatistics; network: Arrays };
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
  /** Vectors of the towers for the validation cases. Default: the towers have no weight. */
  towers?: () => Promise<ValidationVectors>;
}

/**
 * Reports progress as stages `'solve'` and `'re-ranker'`. `report.used` tells whether the re-ranker
 * is better than the linear model.
 *
 * @param diagonal `[items]` of the P of the linear model
 * @param content `[items × contentDim]` centred rows, `undefined` without content
 * @throws LorekeepError what `solveItems` throws; `signal.reason` if stopped
 */
export async function trainReranker(
  split: Split,
  { neighbours, settings }: Pick<LinearModel, 'neighbours' | 'settings'>,
  diagonal: Float32Array,
  content: Float32Array | undefined,
  { seed = 42, threads, cache, selected, towers, progress, signal }: TrainRerankerOptions = {},
): Promise<TrainedReranker> {
  const run = { threads, progress, signal };
  // What users do not want is left out of every ranking alike, so it plays no part in the comparison.
  const cases = evaluationCases(split, 'valid').map(({ history, target }) => ({ history, target }));
  const linear = rankByNeighbours(neighbours, cases, settings).seenIncluded;
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
  if (selected !== undefined) return { report: { ...selected, training }, parts: { statistics, network } };
  const source = createCandidateSource(statistics);
  const graphs = RERANKER_BATCHES.map((batch) => rerankerGraph(network, batch));
  const reranker = await openReranker(statistics, graphs, source.includesHistory, { threads });
  let towerWeight = 0;
  try {
    const { ranks, weight } = await selectTowerWeight(source, reranker, cases, linear, await towers?.(), signal);
    valid.reranker = metricsOfRanks(ranks);
    valid.difference = pairedDifferences(ranks, linear, { seed })['ndcg@10'];
    towerWeight = weight;
  } finally {
    await reranker.close();
  }
  const used = valid.reranker['ndcg@10'] > valid.linear['ndcg@10'];
  const report = { used, training, valid, towerWeight: used ? towerWeight : 0 };
  return used ? { report, parts: { statistics, network } } : { report };
}
