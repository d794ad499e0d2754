/**
 * What the process has done since its start: requests by route, and the last hour in intervals of ten
 * seconds with memory and event-loop delay. Every number is kept in a place of fixed size.
 */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { System } from '@lorekeep/dashboard';
import { createLatencyHistogram, type LatencyHistogram } from './latency.ts';

const INTERVAL_S = 10;
const INTERVALS = 360;

interface RouteCounts {
  route: string;
  method: string;
  refused: number;
  failed: number;
  times: LatencyHistogram;
}

interface Interval {
  requests: number;
  failed: number;
  p99: number | null;
  residentBytes: number | null;
  eventLoopP99: number | null;
}

export interface Traffic {
  /** Unix seconds. */
  readonly since: number;
  /** @param route the template, so that their number does not grow with what clients send */
  request(route: string, method: string, status: number, ms: number): void;
  routes(): System['routes'];
  history(): System['history'];
  eventLoop(): System['eventLoop'];
  close(): void;
}

export function recordTraffic(): Traffic {
  const since = Date.now() / 1000;
  const routes = new Map<string, RouteCounts>();
  const times = createLatencyHistogram();
  const past: Interval[] = [];
  let now = emptyInterval();
  // Two halves of a minute, so that a minute at most is told, and half of one at least.
  let [former, delay] = [monitor(), monitor()];
  let ticks = 0;

  const tick = setInterval(() => {
    past.push(closed(now, times, delay));
    if (past.length >= INTERVALS) past.shift();
    now = emptyInterval();
    times.clear();
    if (++ticks % 3 !== 0) return;
    former.disable();
    former = delay;
    delay = monitor();
  }, INTERVAL_S * 1000).unref();

  return {
    since,
    request(route, method, status, ms) {
      const key = `${method} ${route}`;
      let counts = routes.get(key);
      if (counts === undefined) {
        counts = { route, method, refused: 0, failed: 0, times: createLatencyHistogram() };
        routes.set(key, counts);
      }
      counts.times.add(ms);
      times.add(ms);
      now.requests++;
      if (status >= 500) {
        counts.failed++;
        now.failed++;
      } else if (status >= 400) counts.refused++;
    },
    routes: () =>
      [...routes.values()]
        .map(({ route, method, refused, failed, times: own }) => ({
          route,
          method,
          requests: own.count,
          refused,
          failed,
          p50: own.quantile(0.5) ?? 0,
          p99: own.quantile(0.99) ?? 0,
        }))
        .sort((a, b) => b.requests - a.requests),
    history() {
      const all = [...past, closed(now, times, delay)];
      const column = <K extends keyof Interval>(name: K) => all.map((interval) => interval[name]);
      return {
        seconds: INTERVAL_S,
        from: since + Math.max(0, ticks - past.length) * INTERVAL_S,
        requests: column('requests'),
        failed: column('failed'),
        p99: column('p99'),
        residentBytes: column('residentBytes'),
        eventLoopP99: column('eventLoopP99'),
      };
    },
    eventLoop: () => ({
      p50: inMs(former.percentile(50)),
      p99: inMs(former.percentile(99)),
      max: inMs(Math.max(former.max, delay.max)),
    }),
    close() {
      clearInterval(tick);
      former.disable();
      delay.disable();
    },
  };
}

const RESOLUTION_MS = 10;

function monitor(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

/** Node measures the time between two timers; what is more than their distance is delay. */
const inMs = (nanoseconds: number) =>
  Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS) : 0;

const emptyInterval = (): Interval => ({
  requests: 0,
  failed: 0,
  p99: null,
  residentBytes: null,
  eventLoopP99: null,
});

const closed = (interval: Interval, times: LatencyHistogram, delay: IntervalHistogram): Interval => ({
  ...interval,
  p99: times.quantile(0.99) ?? null,
  residentBytes: process.memoryUsage.rss(),
  eventLoopP99: delay.count === 0 ? null : inMs(delay.percentile(99)),
});
