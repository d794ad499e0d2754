/** The priority of a measured process on a machine that others use too. */
import { writeFileSync } from 'node:fs';

/**
 * Asks for the highest priority of this process and of what it starts, where Linux groups processes
 * by session and the user may. Elsewhere nothing happens.
 */
export function raisePriority(): void {
  if (process.env.LOREKEEP_BENCH_PRIORITY === '0') return;
  try {
    writeFileSync('/proc/self/autogroup', '-19');
  } catch {
    // Another system, or a user without the right to it.
  }
}
