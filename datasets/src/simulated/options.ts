/**
 * The options of a simulated shop. Equal options give equal bytes, with one version of Node on one
 * machine.
 */
import { errors } from '../errors.ts';

/** Size and behaviour of the simulated shop. The same options give the same shop. */
export interface SimulatedShopOptions {
  /** Any 32-bit integer. Default 42. */
  seed?: number;
  /**
   * Number of events of all types, met exactly. 83 to 90 % are impressions. 1,000 to 10,000,000.
   * Default 300,000.
   */
  events?: number;
  /** Number of users. 10 to 2,000,000. Default: one per 200 events (1,500), at least 20. */
  users?: number;
  /** Number of items. 50 to 500,000. Default: 0.62 · events^0.6 (1,198), at least 100. */
  items?: number;
  /** Length of the log in days. 7 to 730. Default 60. */
  days?: number;
  /**
   * Share of the catalogue that is launched after the first day, evenly over the period. 0 to 0.9.
   * Default 0.2.
   */
  newItemShare?: number;
  /**
   * Speed of the drift of tastes: 0 keeps them fixed, 1 is the documented walk and life events. 0
   * to 5. Default 1.
   */
  drift?: number;
  /**
   * How pages are filled. `'mediocre'` (default): by popularity, recently seen shelves and noise,
   * best first, so the log is as biased as a real one. `'random'`: with launched items drawn
   * evenly, in random order, as in a randomised experiment.
   */
  policy?: 'mediocre' | 'random';
}

export type ResolvedShopOptions = Required<SimulatedShopOptions>;

/**
 * Fills in defaults and checks limits.
 * @throws LorekeepError `SIMULATED_BAD_OPTION` naming the option and the allowed values
 */
export function resolveShopOptions(options: SimulatedShopOptions = {}): ResolvedShopOptions {
  const events = integer('events', options.events ?? 300_000, 1000, 10_000_000);
  const policy = options.policy ?? 'mediocre';
  if (policy !== 'mediocre' && policy !== 'random') {
    throw errors.SIMULATED_BAD_OPTION({ option: 'policy', value: policy, allowed: "'mediocre' or 'random'" });
  }
  return {
    seed: integer('seed', options.seed ?? 42, -2147483648, 4294967295),
    events,
    users: integer('users', options.users ?? Math.max(20, Math.round(events / 200)), 10, 2_000_000),
    items: integer('items', options.items ?? Math.max(100, Math.round(0.62 * events ** 0.6)), 50, 500_000),
    days: integer('days', options.days ?? 60, 7, 730),
    newItemShare: number('newItemShare', options.newItemShare ?? 0.2, 0, 0.9),
    drift: number('drift', options.drift ?? 1, 0, 5),
    policy,
  };
}

function integer(option: string, value: number, low: number, high: number): number {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw errors.SIMULATED_BAD_OPTION({ option, value, allowed: `an integer from ${low} to ${high}` });
  }
  return value;
}

function number(option: string, value: number, low: number, high: number): number {
  if (!(value >= low && value <= high)) {
    throw errors.SIMULATED_BAD_OPTION({ option, value, allowed: `a number from ${low} to ${high}` });
  }
  return value;
}
