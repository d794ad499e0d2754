/** Lines over time or over epochs, by uPlot, in the colours of the page. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Series {
  name: string;
  values: readonly (number | null)[];
  /** The main one has the accent. */
  isMain?: boolean;
}

interface ChartProps {
  /** What it shows, for who does not see it. */
  label: string;
  x: readonly number[];
  series: readonly Series[];
  /** Whether `x` is Unix seconds. */
  isTime?: boolean;
  xName?: string;
  format: (value: number) => string;
  height?: number;
  /** Where the axis begins at least. Default 0. */
  from?: number | 'data';
}

/** Positions of values without a neighbour: no line leads to them, so they are drawn as dots. */
const alone = (plot: uPlot, series: number): number[] => {
  const values = plot.data[series];
  return Array.from(values.keys()).filter(
    (at) => values[at] != null && values[at - 1] == null && values[at + 1] == null,
  );
};

/** Distances of the labels of a time axis, in seconds. */
const MINUTES = [60, 120, 300, 600, 900, 1800];

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Changes when the colours of the page do. */
function useScheme(): boolean {
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const follow = () => setDark(dark.matches);
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, []);
  return isDark;
}

export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function Chart({ label, x, series, isTime = false, xName = '', format, height = 150, from = 0 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number | undefined>(undefined);
  const isDark = useScheme();
  const names = series.map(({ name }) => name).join('|');

  useEffect(() => {
    const element = place.current as HTMLDivElement;
    const font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const axis = {
      stroke: colour('muted'),
      font,
      grid: { stroke: colour('line'), width: 1 },
      ticks: { show: false },
      gap: 4,
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
        padding: [8, 14, 0, 0],
        scales: {
          x: { time: isTime },
          y: {
            range: (_, low, high) => {
              const start = from === 'data' ? low : Math.min(from, low);
              const room = (high - start || Math.abs(high) || 1) * 0.08;
              return [from === 'data' ? start - room : start, high + room];
            },
          },
        },
        axes: [
          {
            ...axis,
            size: 26,
            space: 60,
            ...(isTime ? { values: '{HH}:{mm}', incrs: MINUTES } : { incrs: [1, 2, 5, 10, 20, 50] }),
          },
          {
            ...axis,
            size: 58,
            space: 34,
            values: (_, ticks) => ticks.map((tick) => (tick === 0 ? '0' : format(tick))),
          },
        ],
        series: [
          {},
          ...series.map(({ name, isMain }) => ({
            label: name,
            stroke: isMain ? colour('accent') : colour('quiet'),
            fill: isMain && isTime ? colour('accent-wash') : undefined,
            width: isMain ? 1.75 : 1.25,
            points: isTime ? { show: false, size: 5, filter: alone } : { show: true, size: 5 },
          })),
        ],
        hooks: { setCursor: [({ cursor }) => setAt(cursor.idx ?? undefined)] },
      },
      dataOf(x, series),
      element,
    );
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [isDark, names, height, isTime, from]);

  useEffect(() => {
    plot.current?.setData(dataOf(x, series));
  }, [x, series]);

  const shown = at === undefined || at >= x.length ? x.length - 1 : at;
  return (
    <figure class="chart">
      <figcaption>
        {series.map(({ name, values, isMain }) => (
          <span key={name} class={isMain ? 'main' : undefined}>
            {name} <b>{values[shown] == null ? '–' : format(values[shown] as number)}</b>
          </span>
        ))}
        <span class="when">{xText(x[shown], isTime, xName)}</span>
      </figcaption>
      <div ref={place} role="img" aria-label={label} />
    </figure>
  );
}

function xText(value: number | undefined, isTime: boolean, name: string): string {
  if (value === undefined) return '';
  if (!isTime) return `${name} ${value}`;
  return `at ${new Date(value * 1000).toLocaleTimeString('en-GB')}`;
}

const dataOf = (x: readonly number[], series: readonly Series[]): uPlot.AlignedData =>
  [[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData;

/** A line without axes, for a cell of a table. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  const [width, height] = [180, 22];
  const most = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const y = (value: number) => (height - 1 - (value / most) * (height - 2)).toFixed(1);
  const points = values.map((value, at) => `${(at * step).toFixed(1)},${y(value)}`);
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <path class="area" d={`M0,${height} L${points.join(' L')} L${width},${height} Z`} />
      <path class="line" d={`M${points.join(' L')}`} />
    </svg>
  );
}
