/**
 * From a log and its linear model to a re-ranker: variants of the linear model, statistics, the
 * network, the weight of the towers beside it, and whether it is better than the linear model by
 * NDCG@10 on the validation cases.
 */
import { dot, type RunContext } from '@lorekeep/core';
import {
  type EvaluationCase,
  evaluationCases,
  metricsOfRanks,
  pairedDifferences,
  rankByNeighbours,
  type Split,
} from '@lorekeep/evaluation';
import type { Arrays } from '@lorekeep/graph';
import {
  type CandidateSource,
  createCandidateSource,
  type GramSettings,
  interactionsOf,
  type LinearModel,
  type SolutionCache,
  type SolutionOptions,
  solution,
  USUAL_WITHOUT_CONTENT,
} from '@lorekeep/linear';
import { blendScores, type Reranker } from '../contract.ts';
import { fitReranker } from './fit.ts';
import { countStatistics, type ItemStatistics, VARIANTS, type Variant } from './item-statistics.ts';
import type { RerankerReport } from './report.ts';
import { openReranker, RERANKER_BATCHES, rerankerGraph } from './reranker.ts';

export interface TrainedReranker {
  report: RerankerReport;
  /** Only if `report.used`. */
  parts?: { statistics: ItemStatistics; network: Arrays };
}

/** Vectors of both towers for the validation cases. */
export interface ValidationVectors {
  /** `[cases × dim]` */
  users: Float32Array;
  /** `[items × dim]` */
  vectors: Float32Array;
  dim: number;
  /** What their inner products were divided by in training. */
  temperature: number;
}

export interface TrainRerankerOptions extends RunContext {
  /** Default 42. */
  seed?: number;
  /** Default: all cores. */
  threads?: number;
  /** Where solutions of the linear model are read and written. Default: nowhere. */
  cache?: SolutionCache;
  /** What an earlier training on fewer events selected: nothing is evaluated, the towers keep their weight. */
  selected?: RerankerReport;
  /** Default: the towers have no weight. */
  towers?: () => Promise<ValidationVectors>;
}

/**
 * Reports progress as stages `'solve'` and `'re-ranker'`. `report.used` says whether it is better
 * than the linear model.
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
  const cases = evaluationCases(split, 'valid');
  const linear = rankByNeighbours(neighbours, cases, settings);
  const valid: RerankerReport['valid'] = { linear: metricsOfRanks(linear.seenIncluded) };
  const { neighboursPerItem } = settings;
  const variants = await solvedVariants(split, content, settings, { neighboursPerItem, cache, ...run });
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
  const fitted = await fitReranker(split, statistics, diagonals, { seed, ...run });
  if (fitted === undefined) return { report: { used: false, valid, towerWeight: 0 } };
  const { parameters: network, ...training } = fitted;
  if (selected !== undefined) return { report: { ...selected, training }, parts: { statistics, network } };
  const source = createCandidateSource(statistics);
  const graphs = RERANKER_BATCHES.map((batch) => rerankerGraph(network, batch));
  const reranker = await openReranker(statistics, graphs, source.includesHistory, { threads });
  let towerWeight = 0;
  try {
    const tower = await towers?.();
    const { ranks, weight } = await bestWeight(source, reranker, cases, linear.seenIncluded, tower, signal);
    valid.reranker = metricsOfRanks(ranks);
    valid.difference = pairedDifferences(ranks, linear.seenIncluded, { seed })['ndcg@10'];
    towerWeight = weight;
  } finally {
    await reranker.close();
  }
  const used = valid.reranker['ndcg@10'] > valid.linear['ndcg@10'];
  const report = { used, training, valid, towerWeight: used ? towerWeight : 0 };
  return used ? { report, parts: { statistics, network } } : { report };
}

/** Weights that are tried, as parts of the towers' own logits. */
const WEIGHTS = [0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];
/** Cases between two looks at the signal. */
const BLOCK = 256;

/**
 * The weight of the towers with the best NDCG@10 on these cases, and the ranks it gives.
 *
 * @param behind `[cases]` ranks in the order that follows the candidates
 */
async function bestWeight(
  source: CandidateSource,
  reranker: Reranker,
  cases: readonly EvaluationCase[],
  behind: Float64Array,
  towers: ValidationVectors | undefined,
  signal: AbortSignal | undefined,
): Promise<{ ranks: Float64Array; weight: number }> {
  const weights = towers === undefined ? [0] : WEIGHTS.map((weight) => weight / towers.temperature);
  const tried = weights.map((weight) => ({ weight, ranks: behind.slice() }));
  for (let first = 0; first < cases.length; first += BLOCK) {
    signal?.throwIfAborted();
    const some = cases.slice(first, first + BLOCK);
    const queries = some.map(({ history }) => ({ history, candidates: source.candidates(history) }));
    for (const [index, ranked] of (await reranker.rerank(queries)).entries()) {
      const at = first + index;
      const scores = towers === undefined ? undefined : towerScores(towers, at, ranked.items);
      for (const { weight, ranks } of tried) {
        const { items } = scores === undefined ? ranked : blendScores(ranked, scores, weight);
        const place = items.indexOf(some[index].target);
        ranks[at] = place < 0 ? Math.max(ranks[at], items.length + 1) : place + 1;
      }
    }
  }
  const ndcg = ({ ranks }: { ranks: Float64Array }) => metricsOfRanks(ranks)['ndcg@10'];
  return tried.reduce((best, other) => (ndcg(other) > ndcg(best) ? other : best));
}

/** Inner products of case `at` with `items`. */
function towerScores({ users, vectors, dim }: ValidationVectors, at: number, items: Int32Array): Float32Array {
  return Float32Array.from(items, (item) => dot(users, at * dim, vectors, item * dim, dim));
}

/** λ of the variant with less regularisation, and β of the one with more weight on text, as factors of the model's own. */
const LOOSE_LAMBDA = 1 / 6;
const TEXTUAL_BETA = 5;

async function solvedVariants(
  split: Split,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  options: SolutionOptions,
) {
  const wanted: Partial<Record<Variant, GramSettings>> = { loose: { lambda: LOOSE_LAMBDA * lambda, beta } };
  if (beta > 0) {
    wanted.events = USUAL_WITHOUT_CONTENT;
    wanted.textual = { lambda, beta: TEXTUAL_BETA * beta };
  }
  const interactions = interactionsOf(split);
  const neighbours: ItemStatistics['variants'] = {};
  const diagonals: Partial<Record<Variant, Float32Array>> = {};
  for (const variant of VARIANTS) {
    const settings = wanted[variant];
    if (settings === undefined) continue;
    const solved = await solution(interactions, content, settings, options);
    neighbours[variant] = solved.neighbours;
    diagonals[variant] = solved.diagonal;
  }
  return { neighbours, diagonals };
}
