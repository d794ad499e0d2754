/**
 * From a log and its linear model to a second stage: the model solved once more from events alone, what is counted, the
 * network, and the question whether it earned its place: its NDCG@10 on the validation questions beside the linear model's.
 */
import type { RunContext } from '@lorekeep/core';
import type { Arrays } from '@lorekeep/graph';
import { metricsOfRanks } from '../metrics.ts';
import { pairedDifferences } from '../paired.ts';
import { interactionsOf } from '../solved/gram.ts';
import type { LinearModel } from '../solved/linear.ts';
import { strongestNeighbours } from '../solved/neighbours.ts';
import { rankByNeighbours } from '../solved/score.ts';
import { USUAL_WITHOUT_CONTENT } from '../solved/search.ts';
import { solveItems } from '../solved/solve.ts';
import { diagonalOf } from '../solved/tiles.ts';
import { questions, type Split } from '../split.ts';
import type { SecondStageReport } from '../types.ts';
import { fitSecondStage } from './fit.ts';
import { countedSignals, type Signals } from './signals.ts';
import { openSecondStage, rankProposed, STAGE_BATCHES, stageGraph } from './stage.ts';

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
  { seed = 42, threads, progress, signal }: TrainStageOptions = {},
): Promise<TrainedStage> {
  const run = { threads, progress, signal };
  const asked = questions(split, 'valid');
  const linear = rankByNeighbours(neighbours, asked, settings);
  const valid: SecondStageReport['valid'] = { linear: metricsOfRanks(linear.kept) };
  const events = settings.beta === 0 ? { neighbours, diagonal } : await solvedFromEvents(split, settings.perItem, run);
  const signals: Signals = {
    items: neighbours.items,
    decay: settings.decay,
    weights: neighbours,
    eventWeights: events.neighbours,
    looseness: diagonal.map((value) => value * settings.lambda),
    content,
    ...countedSignals(split),
  };
  const fitted = await fitSecondStage(
    split,
    signals,
    { weights: diagonal, eventWeights: events.diagonal },
    { seed, ...run },
  );
  if (fitted === undefined) return { report: { used: false, valid } };
  const { parameters: network, ...training } = fitted;
  const graphs = STAGE_BATCHES.map((batch) => stageGraph(network, batch));
  const stage = await openSecondStage(signals, graphs, { threads });
  try {
    const ranking = await rankProposed(stage, asked, linear, { signal });
    valid.secondStage = metricsOfRanks(ranking.kept);
    valid.difference = pairedDifferences(ranking.kept, linear.kept, { seed })['ndcg@10'];
  } finally {
    await stage.close();
  }
  const used = valid.secondStage['ndcg@10'] > valid.linear['ndcg@10'];
  const report = { used, training, valid };
  return used ? { report, parts: { signals, network } } : { report };
}

async function solvedFromEvents(split: Split, perItem: number, run: RunContext & { threads?: number }) {
  const inverse = await solveItems(interactionsOf(split), undefined, USUAL_WITHOUT_CONTENT, run);
  return { neighbours: strongestNeighbours(inverse, perItem), diagonal: diagonalOf(inverse) };
}
