/** A small log with known structure, and the re-ranker's statistics of a split of it. */
import { leaveOneOut, type Split } from '@lorekeep/evaluation';
import { type Candidates, createCandidateSource, interactionsOf, openSolutions } from '@lorekeep/linear';
import { groupedLog } from '@lorekeep/testing';
import { type CandidateFeatures, createFeatureReader } from '../src/reranker/features/feature-reader.ts';
import type { LeaveOutContext } from '../src/reranker/features/query.ts';
import { countStatistics, type ItemStatistics } from '../src/reranker/statistics/item-statistics.ts';

const { log } = groupedLog({ users: 400, groups: 6, perGroup: 12 });
export const split = leaveOneOut(log);

/** The user with the most training events. */
export const longest = Array.from(split.trainLengths.keys()).reduce((a, b) =>
  split.trainLengths[b] > split.trainLengths[a] ? b : a,
);

/** The split in which one user's training events end before position `at`. */
export function without(user: number, at: number, of: Split = split): Split {
  const trainLengths = of.trainLengths.slice();
  trainLengths[user] = at;
  return { ...of, trainLengths };
}

/** @param byColumns whether columns are solved one by one */
export async function statisticsOf(
  of: Split,
  byColumns = false,
): Promise<{ statistics: ItemStatistics; diagonal: Float32Array }> {
  const options = { neighboursPerItem: 100, threads: 1, denseItems: byColumns ? 0 : Infinity };
  const solutions = openSolutions(interactionsOf(of), undefined, options);
  const { neighbours: weights, diagonal } = await solutions.solve({ lambda: 100, beta: 0 });
  await solutions.close();
  const statistics: ItemStatistics = {
    items: of.log.itemIds.length,
    decay: 0.8,
    weights,
    variants: { events: weights },
    uncertainty: diagonal.map((value) => value * 100),
    content: undefined,
    ...countStatistics(of),
  };
  return { statistics, diagonal };
}

/** Candidates of a history, with their features. */
export async function read(
  statistics: ItemStatistics,
  history: ArrayLike<number>,
  passes?: (item: number) => boolean,
  leaveOut?: LeaveOutContext,
): Promise<Candidates & CandidateFeatures> {
  const source = createCandidateSource(statistics);
  const candidates = source.candidates(history, passes, leaveOut?.weights.weight);
  const reader = createFeatureReader(statistics, source.includesHistory);
  const [features] = await reader.finish([reader.read(history, candidates, leaveOut)]);
  await reader.close();
  return { ...candidates, ...features };
}
