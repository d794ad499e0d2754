/** What runs, as requests and scenarios read it. */
import type { Settings } from '@lorekeep/store';
import type { Experiment } from './types.ts';

/** Experiments that run, by their scenario. */
export const RUNNING = 'experiments running';

export const runningExperiments = async (store: Settings): Promise<Record<string, Experiment>> =>
  (await store.getSetting<Record<string, Experiment>>(RUNNING)) ?? {};

/** Versions of a scenario that arms of running experiments are made of. */
export async function versionsInExperiments(store: Settings, scenario: string): Promise<Set<number>> {
  const running = Object.values(await runningExperiments(store));
  const arms = running.flatMap(({ settings }) => settings.arms.map((arm) => arm.scenario.split('@')));
  return new Set(arms.filter(([name]) => name === scenario).map(([, version]) => Number(version)));
}
