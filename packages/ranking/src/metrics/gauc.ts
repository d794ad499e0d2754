/**
 * GAUC: the mean AUC within groups (Zhu et al. 2017, section 4.2.2). It asks how well a ranker
 * orders what one user saw, and ignores how well it tells users apart.
 */
import { aucOfSorted } from './auc.ts';
import { checkFinite, checkLabels, checkLength, chosenRows, invalid, type RowChoice, type RowValues } from './rows.ts';

/**
 * What a group weighs: `'impressions'`, its rows (Zhu et al. 2017); `'positives'`, its rows with
 * label 1; `'groups'`, the same for all groups.
 */
export type GaucWeight = 'impressions' | 'positives' | 'groups';

export interface GaucOptions {
  /** Default `'impressions'`. */
  weight?: GaucWeight;
  /** The rows that count. Default: all. */
  rows?: RowChoice;
}

/** How much of the data a GAUC is about. */
export interface GaucCounts {
  /** Groups with both classes. */
  groups: number;
  /** Groups with one class: they have no AUC. */
  groupsLeftOut: number;
  /** Rows of the groups with both classes. */
  rows: number;
  /** Rows of the groups with one class. */
  rowsLeftOut: number;
}

export interface Gauc extends GaucCounts {
  /** NaN if no group has both classes. */
  value: number;
}

/**
 * @param scores `[rows]`; only their order within a group matters
 * @param labels `[rows]`, 0 or 1
 * @param groups `[rows]`, as `groupsOf` numbers them
 * @throws LorekeepError `EVALUATION_INPUT_INVALID` for a score that is not finite, for a label that
 *   is neither 0 nor 1, for lengths that differ, or for groups that are not numbered densely
 */
export function gauc(
  scores: RowValues,
  labels: Uint8Array,
  groups: Int32Array,
  { weight = 'impressions', rows }: GaucOptions = {},
): Gauc {
  const mixed = mixedGroups(labels, groups, rows);
  return { value: weightedMean(groupAucs(scores, mixed), groupWeights(mixed, weight)), ...mixed.counts };
}

/** The groups with both classes. */
export interface MixedGroups {
  /** Their rows, group by group, and in each group the positive rows first. */
  rows: Int32Array;
  /** `[groups + 1]`, where the rows of a group begin. */
  starts: Int32Array;
  /** `[groups]`, where the negative rows of a group begin. */
  negatives: Int32Array;
  /** All rows that were chosen, for the checks of scores. */
  chosen: Int32Array;
  /** The number of rows in all. */
  length: number;
  counts: GaucCounts;
}

/** Arranged once, for the scores of any number of rankers. */
export function mixedGroups(labels: Uint8Array, groups: Int32Array, choice?: RowChoice): MixedGroups {
  const { length } = labels;
  checkLength('groups', groups, length);
  const chosen = chosenRows(length, choice);
  checkLabels(labels, chosen);
  const sizes = new Int32Array(2 * length);
  for (const row of chosen) {
    const group = groups[row];
    if (group < 0 || group >= length)
      throw invalid('groups', `must be numbered from 0 without gaps (groupsOf), but row ${row} has group ${group}`);
    sizes[2 * group + labels[row]]++;
  }
  const starts: number[] = [0];
  const negatives: number[] = [];
  const next = new Int32Array(2 * length).fill(-1);
  let present = 0;
  let end = 0;
  for (let group = 0; group < length; group++) {
    const [negative, positive] = [sizes[2 * group], sizes[2 * group + 1]];
    if (negative + positive > 0) present++;
    if (negative === 0 || positive === 0) continue;
    next[2 * group + 1] = end;
    next[2 * group] = end + positive;
    negatives.push(end + positive);
    end += positive + negative;
    starts.push(end);
  }
  const rows = new Int32Array(end);
  for (const row of chosen) {
    const part = 2 * groups[row] + labels[row];
    if (next[part] >= 0) rows[next[part]++] = row;
  }
  const counts = {
    groups: negatives.length,
    groupsLeftOut: present - negatives.length,
    rows: end,
    rowsLeftOut: chosen.length - end,
  };
  return { rows, starts: Int32Array.from(starts), negatives: Int32Array.from(negatives), chosen, length, counts };
}

/** @returns `[groups]` */
export function groupAucs(scores: RowValues, mixed: MixedGroups): Float64Array {
  const { rows, starts, negatives, chosen, length } = mixed;
  checkLength('scores', scores, length);
  checkFinite('scores', scores, chosen);
  const ordered = Float64Array.from(rows, (row) => scores[row]);
  return Float64Array.from(negatives, (negative, group) =>
    aucOfSorted(ordered.subarray(starts[group], negative).sort(), ordered.subarray(negative, starts[group + 1]).sort()),
  );
}

/** @returns `[groups]` */
export function groupWeights({ starts, negatives }: MixedGroups, weight: GaucWeight): Float64Array {
  return Float64Array.from(negatives, (negative, group) => {
    if (weight === 'impressions') return starts[group + 1] - starts[group];
    return weight === 'positives' ? negative - starts[group] : 1;
  });
}

/** @returns NaN if there are no values */
export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let at = 0; at < values.length; at++) {
    sum += weights[at] * values[at];
    total += weights[at];
  }
  return sum / total;
}
