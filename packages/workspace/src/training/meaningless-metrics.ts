/** Warns of metrics that say nothing. */
import type { RunContext } from '@lorekeep/core';
import { warnings } from '../warnings.ts';

/** Depth of `recall@10`: in a smaller catalogue every order has every target among the first ten. */
const DEPTH = 10;

/** @param users test users */
export function warnOfMetrics(items: number, users: number, warn: RunContext['warn']): void {
  if (users === 0) warn?.(warnings.METRICS_EMPTY());
  else if (items <= DEPTH) warn?.(warnings.METRICS_TRIVIAL(items));
}
