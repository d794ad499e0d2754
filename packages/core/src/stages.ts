/**
 * The stages of a request, for whoever measures them. A package names a stage where it does the work;
 * the service that handles the request observes it. Without an observer a stage is a plain call.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Runs the work of a stage, and may measure it. */
export type StageObserver = <T>(name: Stage, work: () => Promise<T>) => Promise<T>;

/**
 * - `store`: reading and writing the store
 * - `encode`: texts into vectors, and vectors into the index
 * - `candidates`: the candidates of a list and their order before filters
 * - `page`: boosts, diversity, caps and filling up
 */
export const STAGES = ['store', 'encode', 'candidates', 'page'] as const;
export type Stage = (typeof STAGES)[number];

const observers = new AsyncLocalStorage<StageObserver>();

/** Runs `work`; `observer` is told of all its stages, those of later turns too. */
export const observeStages = <T>(observer: StageObserver, work: () => T): T => observers.run(observer, work);

/** Does a piece of work that is a stage of the request in progress. */
export function stage<T>(name: Stage, work: () => Promise<T>): Promise<T> {
  const observer = observers.getStore();
  return observer === undefined ? work() : observer(name, work);
}
