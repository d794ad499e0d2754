/**
 * The process in which simulated users visit a service: `visitors.ts ADDRESS`, with a key in
 * `LOREKEEP_KEY` if the service asks for one. It ends with the process that has started it.
 */
import { constants, setPriority } from 'node:os';
import { visitService } from '@lorekeep/datasets';
import { visitedService } from './service.ts';

/** Events are kept, and nobody watches for longer. */
const LONGEST_SECONDS = 12 * 3_600;

const stop = new AbortController();
process.once('disconnect', () => stop.abort());
// Ctrl-C reaches all processes of a terminal. The service finishes first.
process.on('SIGINT', () => {});
setPriority(constants.priority.PRIORITY_LOW);

const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(1_000 * LONGEST_SECONDS)]);
try {
  const service = visitedService({ address: process.argv[2], key: process.env.LOREKEEP_KEY, signal });
  // Others come at every start.
  await visitService(service, { seed: Math.floor(Date.now() / 1_000) % 2 ** 31, signal });
} catch (error) {
  if (!signal.aborted) process.send?.(error instanceof Error ? error.message : String(error));
} finally {
  if (process.connected) process.disconnect();
}
