/**
 * Features that compare a candidate with all candidates, with its own counts, and with the user.
 */
import type { ItemStatistics } from '../statistics/item-statistics.ts';
import { column, SHRINKAGE, WIDTH } from './feature-names.ts';
import type { FeatureGroup, FeatureQuery } from './query.ts';

export function createCandidateFeatures(statistics: ItemStatistics): FeatureGroup {
  return {
    add(query) {
      addScores(query);
      addCounts(statistics, query);
      addTimes(statistics, query);
      addUser(statistics, query);
      addInHistory(query);
    },
  };
}

/** The score of the linear model, and its relation to the other candidates' scores. */
function addScores({ candidates: { scores, count }, features }: FeatureQuery): void {
  // All scores are 0 if the only candidates are items of the history.
  const highest = scores[0] || 1;
  const tenth = scores[Math.min(9, count - 1)] || highest;
  const total = scores.subarray(0, count).reduce((sum, score) => sum + score, 0) || 1;
  for (let rank = 0, start = 0; rank < count; rank++, start += WIDTH) {
    features[start + column.score] = scores[rank];
    features[start + column.rank] = rank;
    features[start + column.relative] = scores[rank] / highest;
    features[start + column.confidence] = scores[0];
    features[start + column.againstTenth] = scores[rank] / tenth;
    features[start + column.shareOfAll] = scores[rank] / total;
  }
}

/** What is known of the candidate itself. */
function addCounts(
  { users, newest, uncertainty }: ItemStatistics,
  { candidates: { items, count }, features, leaveOut, choosers }: FeatureQuery,
): void {
  for (let rank = 0, start = 0; rank < count; rank++, start += WIDTH) {
    const item = items[rank];
    const later = leaveOut?.later.has(item) ? 1 : 0;
    const correction = leaveOut === undefined ? 1 : leaveOut.weights.uncertaintyRatio(item);
    features[start + column.uncertainty] = uncertainty[item] * correction;
    features[start + column.popularity] = choosers(item) - later;
    features[start + column.newestShare] =
      (newest[item] - (leaveOut?.newest === item ? 1 : 0)) / (users[item] + SHRINKAGE - later);
  }
}

/**
 * The candidate's time in the temporal order, absolute and relative to the newest items of the
 * history.
 */
function addTimes(
  statistics: ItemStatistics,
  { newestFirst, candidates: { items, count }, features, leaveOut }: FeatureQuery,
): void {
  const time = leaveOut?.temporalOrder ?? statistics.temporalOrder;
  const [last] = newestFirst;
  const recentTime = newestFirst.slice(0, 3).reduce((sum, row, _, recent) => sum + time[row] / recent.length, 0);
  const oldestFirst = newestFirst.toReversed();
  const meanTime = oldestFirst.reduce((sum, row) => sum + time[row], 0) / oldestFirst.length;
  const variance = oldestFirst.reduce((sum, row) => sum + (time[row] - meanTime) ** 2, 0) / oldestFirst.length;
  const timeSpread = Math.sqrt(variance);
  for (let rank = 0, start = 0; rank < count; rank++, start += WIDTH) {
    const item = items[rank];
    features[start + column.timeFromLast] = time[item] - time[last];
    features[start + column.timeFromRecent] = time[item] - recentTime;
    features[start + column.time] = time[item];
    features[start + column.lastTime] = time[last];
    features[start + column.timeSpread] = timeSpread;
  }
}

/** What is known of the history. It is the same for all candidates. */
function addUser(
  { users }: ItemStatistics,
  { history, newestFirst, candidates: { count }, features }: FeatureQuery,
): void {
  const meanPopularity = newestFirst.toReversed().reduce((sum, row) => sum + users[row], 0) / newestFirst.length;
  for (let rank = 0, start = 0; rank < count; rank++, start += WIDTH) {
    features[start + column.historyLength] = history.length;
    features[start + column.lastPopularity] = users[newestFirst[0]];
    features[start + column.meanPopularity] = meanPopularity;
  }
}

/** How recently the user chose the candidate: 1 for the newest event, 1/2 for the one before it. */
function addInHistory({ history, features, startOf }: FeatureQuery): void {
  for (let age = 0; age < history.length; age++) {
    const row = history[history.length - 1 - age];
    const start = row < 0 ? -1 : startOf(row);
    if (start >= 0) features[start + column.inHistory] = Math.max(features[start + column.inHistory], 1 / (1 + age));
  }
}
