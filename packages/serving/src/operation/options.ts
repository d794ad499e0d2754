/** How a service stops, and what it refuses under load: the options, with their defaults and limits. */
import { type Configuration, defaultsOf, type Overrides, real, whole, withOverrides } from '@lorekeep/core';

export const OPERATION_LIMITS = {
  drainSeconds: [0, 3600],
  drainDelay: [0, 600],
  atOnce: [1, 10_000],
  queue: [0, 100_000],
  eventLoopDelay: [0, 60_000],
} as const satisfies Record<string, readonly [number, number]>;

const { drainSeconds, drainDelay, atOnce, queue, eventLoopDelay } = OPERATION_LIMITS;

export const operationOptions = {
  drain: {
    seconds: real(10, [...drainSeconds], 'How long requests in progress may take once the service stops.'),
    delaySeconds: real(
      0,
      [...drainDelay],
      'How long the service still accepts connections once it stops, while `/readyz` answers 503: the time that a load balancer needs to notice.',
    ),
  },
  load: {
    reads: whole(64, [...atOnce], 'Requests with the scope `read` that run at once.'),
    writes: whole(128, [...atOnce], 'Requests with the scope `events` or `write` that run at once.'),
    queue: whole(256, [...queue], 'Requests of each of the two kinds that wait for their turn; more are refused.'),
    eventLoopDelay: whole(
      1000,
      [...eventLoopDelay],
      'Mean delay of the event loop, in ms, above which new requests are refused; 0 for never.',
    ),
  },
};

export type OperationOptions = Overrides<typeof operationOptions>;
export type OperationSettings = Configuration<typeof operationOptions>;

/** @throws LorekeepError `OPTION_UNKNOWN`, `OPTION_INVALID` */
export const operationSettings = (given: OperationOptions = {}): OperationSettings =>
  withOverrides(operationOptions, defaultsOf(operationOptions), given);
