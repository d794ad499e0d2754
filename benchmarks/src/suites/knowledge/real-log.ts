/**
 * The real impression log (KuaiRand-Pure, Gao et al., CIKM 2022) in six frozen windows of two days.
 * Rows before the first window are history, whose rows have no surface and no clicks. The first two
 * windows warm rankers up; windows 2 to 4 are for choices, window 5 is the test.
 */
import { frozenWindows, loadRankingData, type RankingData, type Window, type WindowOptions } from '@lorekeep/ranking';
import type { Store } from '@lorekeep/store';
import { OUTCOMES, type Target } from './target.ts';

/** 2022-04-25 00:00 in UTC+8. */
const START = Date.UTC(2022, 3, 24, 16) / 1000;
/** As many windows as the log fills: six, and more if it has further days. */
const WINDOWS = { start: START, days: 2 };
/** Not predicted, but a part of behaviours. */
const FURTHER_OUTCOMES = ['like'];

export const FIRST_SCORED = 2;
export const VALIDATION: readonly number[] = [2, 3, 4];
/** Windows after those of the choices: the sixth, and any that follow. */
export const TEST: readonly number[] = Array.from({ length: 60 }, (_, window) => 5 + window);

/** A thin target trains on one of this many rows. */
const THIN = 10;

export interface Impressions {
  data: RankingData;
  history: Int32Array;
  windows: Window[];
  /** The first row of the first window. Later rows of the log follow without gaps. */
  firstRow: number;
  /** Rows of the log after `firstRow` that are in a window. */
  windowRows: number;
  isOn(target: Target, row: number): boolean;
  /** Whether a ranker for the target trains on a row. */
  isTraining(target: Target, row: number): boolean;
  /** Rows of the target in the scored windows, in the order of time. */
  scoredRows(target: Target): Int32Array;
  /** 1 where a row has the outcome of the target. */
  labels(target: Target, rows: Int32Array): Uint8Array;
  /** The number of the window of each row. */
  windowsOf(rows: Int32Array): Int32Array;
}

export async function loadImpressions(store: Pick<Store, 'impressionLog' | 'getItems' | 'getUsers'>) {
  return createImpressions(await loadRankingData(store, { outcomes: [...OUTCOMES, ...FURTHER_OUTCOMES] }));
}

export function createImpressions(data: RankingData, options: WindowOptions = WINDOWS): Impressions {
  const { log } = data;
  const { history, windows } = frozenWindows(log, options);
  const isOn = ({ surfaces }: Target, row: number) => surfaces.includes(log.surfaceNames[log.surfaces[row]]);
  return {
    data,
    history,
    windows,
    firstRow: history.length,
    windowRows: windows.reduce((sum, { rows }) => sum + rows.length, 0),
    isOn,
    isTraining: (target, row) => isOn(target, row) && (!target.thin || isThin(row)),
    scoredRows: (target) =>
      Int32Array.from(windows.slice(FIRST_SCORED).flatMap(({ rows }) => [...rows.filter((row) => isOn(target, row))])),
    labels(target, rows) {
      const bit = log.outcomeNames.indexOf(target.outcome);
      return Uint8Array.from(rows, (row) => (log.outcomes[row] >>> bit) & 1);
    },
    windowsOf: (rows) =>
      rows.map((row) =>
        windows.findIndex(({ start, end }) => log.timestamps[row] >= start && log.timestamps[row] < end),
      ),
  };
}

/** A choice that looks random and is the same in each run. */
const isThin = (row: number) => (Math.imul(row, 2_654_435_761) >>> 0) % THIN === 0;
