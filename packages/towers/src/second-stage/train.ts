/**
 * From a log and its linear model to a second stage: the model solved in other ways (VIEWS), what is counted, the
 * network, how much the towers have to say beside it, and the question whether it earned its place: its NDCG@10 on the validation
 * questions beside the linear model's.
 */
import type { RunContext } from '@lorekeep/core';
import type { Arrays } from '@lorekeep/graph';
import { metricsOfRanks } from '../metrics.ts';
import { pairedDifferences } from '../paired.ts';
import { type GramSettings, interactionsOf } from '../solved/gram.ts';
import type { LinearModel } from '../solved/linear.ts';
import { rankByNeighbours } from '../solved/score.ts';
import { USUAL_WITHOUT_CONTENT } from '../solved/search.ts';
import { type Shelf, type SolutionOptions, solution } from '../solved/solution.ts';
import { type Question, questions, type Split } from '../split.ts';
import type { SecondStageReport } from '../types.ts';
import { fitSecondStage } from './fit.ts';
import { countedSignals, type Signals, VIEWS, type View } from './signals.ts';
import {
  BLOCK,
  openSecondStage,
  type SecondStage,
  STAGE_BATCHES,
  stageGraph,
  type TowerVectors,
  towerScores,
  withTowers,
} from './stage.ts';

export interface TrainedStage {
  report: SecondStageReport;
  /** Only where `report.used`. */
  parts?: { signals: Signals; network: Arrays };
}

export interface TrainStageOptions extends RunContext {
  /** Default 42. */
  seed?: number;
  /** Default: all the machine offers. */
  threads?: number;
  /** Where what is solved is kept and looked for. Default: nowhere. */
  shelf?: Shelf;
  /** What was chosen before, on fewer events: nobody is asked, the towers have their say as they had it. */
  chosen?: SecondStageReport;
  /** Vectors for the validation questions, and what their inner products were divided by in training. Default: the towers have no say. */
  towers?: () => Promise<TowerVectors & { temperature: number }>;
}

/**
 * Progress is reported as stages `'solve'` and `'second-stage'`. `report.used` says whether it is better than the linear model.
 *
 * @param diagonal `[items]` of the linear model's P
 * @param content `[items × contentDim]` centred rows, `undefined` without content
 * @throws LorekeepError what `solveItems` throws; `signal.reason` when stopped
 */
export async function trainSecondStage(
  split: Split,
  { neighbours, settings }: Pick<LinearModel, 'neighbours' | 'settings'>,
  diagonal: Float32Array,
  content: Float32Array | undefined,
  { seed = 42, threads, shelf, chosen, towers, progress, signal }: TrainStageOptions = {},
): Promise<TrainedStage> {
  const run = { threads, progress, signal };
  const asked = questions(split, 'valid');
  const linear = rankByNeighbours(neighbours, asked, settings);
  const valid: SecondStageReport['valid'] = { linear: metricsOfRanks(linear.kept) };
  const views = await solvedViews(split, content, settings, { perItem: settings.perItem, shelf, ...run });
  const signals: Signals = {
    items: neighbours.items,
    decay: settings.decay,
    weights: neighbours,
    views: views.neighbours,
    looseness: diagonal.map((value) => value * settings.lambda),
    content,
    ...countedSignals(split),
  };
  const fitted = await fitSecondStage(split, signals, { weights: diagonal, views: views.diagonals }, { seed, ...run });
  if (fitted === undefined) return { report: { used: false, valid, towerWeight: 0 } };
  const { parameters: network, ...training } = fitted;
  if (chosen !== undefined) return { report: { ...chosen, training }, parts: { signals, network } };
  const graphs = STAGE_BATCHES.map((batch) => stageGraph(network, batch));
  const stage = await openSecondStage(signals, graphs, { threads });
  let towerWeight = 0;
  try {
    const { kept, weight } = await bestWeight(stage, asked, linear.kept, await towers?.(), signal);
    valid.secondStage = metricsOfRanks(kept);
    valid.difference = pairedDifferences(kept, linear.kept, { seed })['ndcg@10'];
    towerWeight = weight;
  } finally {
    await stage.close();
  }
  const used = valid.secondStage['ndcg@10'] > valid.linear['ndcg@10'];
  const report = { used, training, valid, towerWeight: used ? towerWeight : 0 };
  return used ? { report, parts: { signals, network } } : { report };
}

/** How much the towers may have to say: parts of their own logits. */
const WEIGHTS = [0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5];

/**
 * The towers' weight with which NDCG@10 is best on these questions, and the ranks it gives.
 *
 * @param behind ranks of the questions in the order that follows the proposals
 */
async function bestWeight(
  stage: SecondStage,
  asked: readonly Question[],
  behind: Float64Array,
  towers: (TowerVectors & { temperature: number }) | undefined,
  signal: AbortSignal | undefined,
): Promise<{ kept: Float64Array; weight: number }> {
  const weights = towers === undefined ? [0] : WEIGHTS.map((weight) => weight / towers.temperature);
  const tried = weights.map((weight) => ({ weight, kept: behind.slice() }));
  for (let first = 0; first < asked.length; first += BLOCK) {
    signal?.throwIfAborted();
    const some = asked.slice(first, first + BLOCK);
    const proposals = await stage.propose(some.map(({ history }) => history));
    for (const [index, proposal] of proposals.entries()) {
      const at = first + index;
      const said = towers === undefined ? undefined : towerScores(towers, at, proposal.items);
      for (const { weight, kept } of tried) {
        const { items } = said === undefined ? proposal : withTowers(proposal, said, weight);
        const place = items.indexOf(some[index].target);
        kept[at] = place < 0 ? Math.max(kept[at], items.length + 1) : place + 1;
      }
    }
  }
  const ndcg = ({ kept }: { kept: Float64Array }) => metricsOfRanks(kept)['ndcg@10'];
  return tried.reduce((best, other) => (ndcg(other) > ndcg(best) ? other : best));
}

/** λ of the view that is held back less, and β of the one that looks at the text more, as parts of the model's own. */
const LOOSE = 1 / 6;
const TEXTUAL = 5;

async function solvedViews(
  split: Split,
  content: Float32Array | undefined,
  { lambda, beta }: GramSettings,
  options: SolutionOptions,
) {
  const wanted: Partial<Record<View, GramSettings>> = { loose: { lambda: LOOSE * lambda, beta } };
  if (beta > 0) {
    wanted.events = USUAL_WITHOUT_CONTENT;
    wanted.textual = { lambda, beta: TEXTUAL * beta };
  }
  const interactions = interactionsOf(split);
  const neighbours: Signals['views'] = {};
  const diagonals: Partial<Record<View, Float32Array>> = {};
  for (const view of VIEWS) {
    const settings = wanted[view];
    if (settings === undefined) continue;
    const solved = await solution(interactions, content, settings, options);
    neighbours[view] = solved.neighbours;
    diagonals[view] = solved.diagonal;
  }
  return { neighbours, diagonals };
}
