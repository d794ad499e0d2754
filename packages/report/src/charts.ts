/**
 * The plots of the report: Vega-Lite specifications, rendered to SVG so that the page needs no
 * script and no network.
 */
import type { TopLevelSpec } from 'vega-lite';

/** Distinguishable with colour-blindness and in print (Okabe & Ito 2008). */
export const COLOURS = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#b8a800',
  '#7f7f7f',
  '#c9c9c9',
];

const STYLE: TopLevelSpec['config'] = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { gridColor: '#e4e4e4', domainColor: '#999', tickColor: '#999', labelColor: '#333', titleColor: '#333' },
  axisY: { domain: false, ticks: false },
  legend: { labelColor: '#333', titleColor: '#333', labelLimit: 260 },
  range: { category: COLOURS },
};

/** @returns one `<svg>` element */
export async function render(spec: Omit<TopLevelSpec, 'config' | '$schema'>): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const view = new View(parse(compile({ ...spec, config: STYLE } as TopLevelSpec).spec), { renderer: 'none' });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

export interface EpochPoint {
  epoch: number;
  loss?: number;
  ndcg: number;
}

/** Loss and validation NDCG@10 by epoch. Epoch 0 is the state before the first step. */
export function trainingCurves(records: readonly EpochPoint[], bestEpoch: number) {
  const panel = (field: 'ndcg' | 'loss', title: string) => ({
    width: 320,
    height: 190,
    transform: [{ filter: `isValid(datum.${field})` }],
    layer: [
      { mark: { type: 'line' as const, point: true, color: COLOURS[0] } },
      {
        transform: [{ filter: `datum.epoch === ${bestEpoch}` }],
        mark: { type: 'point' as const, size: 160, color: COLOURS[5], strokeWidth: 2 },
      },
    ],
    encoding: {
      x: { field: 'epoch', type: 'quantitative' as const, axis: { tickMinStep: 1, format: 'd', title: 'epoch' } },
      y: { field, type: 'quantitative' as const, title, scale: { zero: false } },
    },
  });
  return {
    data: { values: [...records] },
    hconcat: [
      panel('ndcg', 'validation NDCG@10'),
      ...(records.some(({ loss }) => loss !== undefined) ? [panel('loss', 'training loss')] : []),
    ],
  };
}

export interface MetricPoint {
  model: string;
  metric: string;
  value: number;
  low: number;
  high: number;
}

/** The metrics of each model with their 95 % intervals. */
export function metricIntervals(points: readonly MetricPoint[], models: string[]) {
  return {
    data: { values: [...points] },
    facet: {
      column: {
        field: 'metric',
        type: 'nominal' as const,
        title: null,
        sort: [...new Set(points.map(({ metric }) => metric))],
      },
    },
    spec: {
      width: 190,
      height: { step: 24 },
      encoding: {
        y: { field: 'model', type: 'nominal' as const, sort: models, title: null, axis: { labelLimit: 260 } },
      },
      layer: [
        {
          mark: { type: 'rule' as const, strokeWidth: 2, color: COLOURS[0] },
          encoding: { x: { field: 'low', type: 'quantitative' as const, title: null }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'point' as const, filled: true, size: 55, color: COLOURS[0], opacity: 1 },
          encoding: { x: { field: 'value', type: 'quantitative' as const } },
        },
      ],
    },
    resolve: { scale: { x: 'independent' as const } },
  };
}

export interface GroupPoint {
  model: string;
  group: string;
  value: number;
}

/** One bar per model in each group of evaluation cases. */
export function breakdownBars(points: readonly GroupPoint[], models: string[], groups: string[], title: string) {
  return {
    data: { values: [...points] },
    width: { step: 16 },
    height: 190,
    mark: { type: 'bar' as const },
    encoding: {
      x: { field: 'group', type: 'nominal' as const, sort: groups, title: null, axis: { labelAngle: 0 } },
      xOffset: { field: 'model', type: 'nominal' as const, sort: models },
      y: { field: 'value', type: 'quantitative' as const, title },
      color: { field: 'model', type: 'nominal' as const, sort: models, title: null },
    },
  };
}

export interface MapPoint {
  x: number;
  y: number;
  category: string;
}

/** Items as dots, similar ones near each other. */
export function itemMap(points: readonly MapPoint[], categories: string[]) {
  const bare = { axis: null, scale: { zero: false, nice: false } };
  return {
    data: { values: [...points] },
    width: 640,
    height: 460,
    mark: { type: 'circle' as const, size: 22, opacity: 0.75 },
    encoding: {
      x: { field: 'x', type: 'quantitative' as const, ...bare },
      y: { field: 'y', type: 'quantitative' as const, ...bare },
      color: { field: 'category', type: 'nominal' as const, sort: categories, title: null },
    },
  };
}
