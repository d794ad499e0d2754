/** What the commands of experiments share. */
import { createExperiments, createScenarios, type Experiment, type Experiments } from '@lorekeep/recommender';
import type { CommandContext } from '../../context.ts';

/** A service that runs sees every change at its next request. */
export function experimentsOf({ workspace: { store } }: CommandContext): Experiments {
  return createExperiments(store, createScenarios(store));
}

export function lineOf({ name, settings, startedAt, stoppedAt }: Experiment): string {
  const state = stoppedAt === undefined ? `runs since ${dayOf(startedAt)}` : `stopped ${dayOf(stoppedAt)}`;
  const arms = settings.arms.map(({ scenario }) => scenario).join(' / ');
  return [name, settings.scenario, arms, settings.metric, state].join('  ');
}

const dayOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);
