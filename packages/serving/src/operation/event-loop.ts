/**
 * How long work waits for the event loop, as `node:perf_hooks` measures it. The mean over a second is
 * what counts: one long pause, such as the switch to another version, is not yet overload.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const EVERY_MS = 1000;
const RESOLUTION_MS = 10;

export interface EventLoopDelay {
  /** Of the last second, in seconds. */
  readonly mean: number;
  readonly max: number;
  stop(): void;
}

export function watchEventLoop(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let mean = 0;
  let max = 0;
  const timer = setInterval(() => {
    // The histogram has the time between two looks, which is the resolution if nothing delays them.
    const delay = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
    mean = histogram.count === 0 ? 0 : delay(histogram.mean);
    max = histogram.count === 0 ? 0 : delay(histogram.max);
    histogram.reset();
  }, EVERY_MS).unref();
  return {
    get mean() {
      return mean;
    },
    get max() {
      return max;
    },
    stop() {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
