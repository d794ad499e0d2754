/** The plots of the report about rankers, as Vega-Lite specifications for `render`. */
import { COLOURS } from '../charts.ts';

const LIFT = 'lift in GAUC';

/** Where the lift is 0: the base ranker. */
const zero = (channel: 'x' | 'y') => ({
  mark: { type: 'rule' as const, color: '#999', strokeDash: [4, 3] },
  encoding: { [channel]: { datum: 0 } },
});

/** What has no interval lies on its own low and high, so that scales need no special case. */
export interface LiftPoint {
  series: string;
  value: number;
  low: number;
  high: number;
}

/** A panel per column: dots with intervals, one line per method. */
export function liftDots(points: readonly (LiftPoint & { column: string })[], methods: string[], columns: string[]) {
  return {
    data: { values: [...points] },
    facet: { field: 'column', type: 'nominal' as const, title: null, sort: columns },
    columns: 4,
    spec: {
      width: 175,
      height: { step: 22 },
      layer: [
        zero('x'),
        {
          mark: { type: 'rule' as const, strokeWidth: 2, color: COLOURS[0] },
          encoding: {
            y: { field: 'series', type: 'nominal' as const, sort: methods, title: null, axis: { labelLimit: 260 } },
            x: { field: 'low', type: 'quantitative' as const, title: null, axis: { tickCount: 4 } },
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point' as const, filled: true, size: 55, color: COLOURS[0], opacity: 1 },
          encoding: {
            y: { field: 'series', type: 'nominal' as const, sort: methods },
            x: { field: 'value', type: 'quantitative' as const },
          },
        },
      ],
    },
    resolve: { scale: { x: 'independent' as const } },
  };
}

/** One bar per variant, with its interval. */
export function liftBars(points: readonly LiftPoint[], variants: string[]) {
  const y = { field: 'series', type: 'nominal' as const, sort: variants, title: null, axis: { labelLimit: 260 } };
  return {
    data: { values: [...points] },
    width: 420,
    height: { step: 26 },
    layer: [
      {
        mark: { type: 'bar' as const, color: COLOURS[4], size: 16 },
        encoding: { y, x: { field: 'value', type: 'quantitative' as const, title: LIFT } },
      },
      {
        mark: { type: 'rule' as const, strokeWidth: 2, color: '#333' },
        encoding: { y, x: { field: 'low', type: 'quantitative' as const }, x2: { field: 'high' } },
      },
      zero('x'),
    ],
  };
}

/** A line per method over a number, with intervals. */
export function liftLines(
  points: readonly (LiftPoint & { at: number })[],
  methods: string[],
  title: string,
  whole: boolean,
) {
  const axis = whole ? { title, tickMinStep: 1, format: 'd' } : { title };
  const x = { field: 'at', type: 'quantitative' as const, scale: { zero: false, padding: 12 }, axis };
  const color = { field: 'series', type: 'nominal' as const, sort: methods, title: null };
  return {
    data: { values: [...points] },
    width: 460,
    height: 230,
    layer: [
      zero('y'),
      {
        mark: { type: 'rule' as const, strokeWidth: 2, opacity: 0.6 },
        encoding: { x, color, y: { field: 'low', type: 'quantitative' as const, title: LIFT }, y2: { field: 'high' } },
      },
      {
        mark: { type: 'line' as const, point: true },
        encoding: { x, color, y: { field: 'value', type: 'quantitative' as const } },
      },
    ],
  };
}

/** Dots with intervals in each group, side by side for several methods. */
export function liftGroups(
  points: readonly (LiftPoint & { at: string })[],
  methods: string[],
  groups: string[],
  title: string,
) {
  const x = { field: 'at', type: 'nominal' as const, sort: groups, title, axis: { labelAngle: 0 } };
  const xOffset = { field: 'series', type: 'nominal' as const, sort: methods };
  const color = { field: 'series', type: 'nominal' as const, sort: methods, title: null };
  return {
    data: { values: [...points] },
    width: { step: Math.max(90 / methods.length, 18), for: 'offset' as const },
    height: 230,
    layer: [
      zero('y'),
      {
        mark: { type: 'rule' as const, strokeWidth: 2 },
        encoding: {
          x,
          xOffset,
          color,
          y: { field: 'low', type: 'quantitative' as const, title: LIFT },
          y2: { field: 'high' },
        },
      },
      {
        mark: { type: 'point' as const, filled: true, size: 55, opacity: 1 },
        encoding: { x, xOffset, color, y: { field: 'value', type: 'quantitative' as const } },
      },
    ],
  };
}

export interface ReliabilityPoint {
  series: string;
  prediction: number;
  rate: number;
  low: number;
  high: number;
}

/** The rate of each bin against its mean prediction. On the diagonal both are equal. */
export function reliabilityCurves(points: readonly ReliabilityPoint[], methods: string[]) {
  const ends = points.flatMap(({ prediction, low, high }) => [prediction, low, high]);
  const domain = [Math.min(...ends), Math.max(...ends)];
  const x = { field: 'prediction', type: 'quantitative' as const, title: 'mean prediction', scale: { domain } };
  const color = { field: 'series', type: 'nominal' as const, sort: methods, title: null };
  return {
    data: { values: [...points] },
    width: 320,
    height: 320,
    layer: [
      {
        data: { values: domain.map((end) => ({ end })) },
        mark: { type: 'line' as const, color: '#999', strokeWidth: 1, strokeDash: [4, 3] },
        encoding: {
          x: { field: 'end', type: 'quantitative' as const },
          y: { field: 'end', type: 'quantitative' as const },
        },
      },
      {
        mark: { type: 'rule' as const, strokeWidth: 2, opacity: 0.6 },
        encoding: {
          x,
          color,
          y: { field: 'low', type: 'quantitative' as const, title: 'rate', scale: { domain } },
          y2: { field: 'high' },
        },
      },
      {
        mark: { type: 'line' as const, point: true },
        encoding: { x, color, y: { field: 'rate', type: 'quantitative' as const } },
      },
    ],
  };
}
