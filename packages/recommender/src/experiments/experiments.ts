/**
 * Experiments: versions of scenarios side by side, stored as scenarios are. What runs never changes: a
 * new start has a new id, so that its users are split anew and its lists are counted apart.
 */
import { randomUUID } from 'node:crypto';
import { assignArm } from '@lorekeep/experiments';
import type { Settings } from '@lorekeep/store';
import { z } from 'zod';
import { parse } from '../engine/requests.ts';
import { errors } from '../errors.ts';
import { type Scenarios, scenarioNameSchema } from '../scenarios/scenarios.ts';
import { RUNNING, runningExperiments } from './running.ts';
import { DEFAULT_CLICKS, DEFAULT_CONVERSIONS, experimentSettingsSchema, MAX_EXPERIMENTS } from './schemas.ts';
import type { Experiment, ExperimentSettings } from './types.ts';

/** The part of a user in an experiment. */
export interface Assignment {
  name: string;
  id: string;
  /** A version of a scenario: `home@2`. */
  arm: string;
}

export interface Experiments {
  /**
   * Starts an experiment.
   * @throws LorekeepError `REQUEST_INVALID`, `SCENARIO_UNKNOWN`, `EXPERIMENT_RUNNING`, `EXPERIMENTS_FULL`
   */
  put(name: string, settings: ExperimentSettings): Promise<Experiment>;
  /** @throws LorekeepError `EXPERIMENT_UNKNOWN` */
  get(name: string): Promise<Experiment>;
  /** By name. */
  list(): Promise<Experiment[]>;
  /**
   * From now on the scenario answers as without the experiment. One that is stopped stays as it is.
   * @throws LorekeepError `EXPERIMENT_UNKNOWN`
   */
  stop(name: string): Promise<Experiment>;
  /** @throws LorekeepError `EXPERIMENT_UNKNOWN` */
  delete(name: string): Promise<void>;
  /** `undefined` if no experiment runs on the scenario. */
  armOf(scenario: string, user: string): Promise<Assignment | undefined>;
}

const ALL = 'experiments';

/** Writes must not overlap. */
export function createExperiments(store: Settings, scenarios: Scenarios): Experiments {
  const all = async () => (await store.getSetting<Experiment[]>(ALL)) ?? [];
  const running = () => runningExperiments(store);

  async function save(experiments: readonly Experiment[]): Promise<void> {
    await store.setSetting(
      ALL,
      [...experiments].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    // What a request reads is no larger than what runs.
    const live = experiments.filter(({ stoppedAt }) => stoppedAt === undefined);
    await store.setSetting(RUNNING, Object.fromEntries(live.map((one) => [one.settings.scenario, one])));
  }

  async function find(name: string): Promise<{ experiment: Experiment; others: Experiment[] }> {
    const known = await all();
    const experiment = known.find((one) => one.name === name);
    if (experiment === undefined) throw errors.EXPERIMENT_UNKNOWN({ name });
    return { experiment, others: known.filter((one) => one !== experiment) };
  }

  return {
    async put(name, input) {
      parse(z.object({ name: scenarioNameSchema }), { name });
      const { arms, ...given } = parse(experimentSettingsSchema, input);
      for (const { scenario } of arms) {
        const [of, version] = scenario.split('@');
        await scenarios.get(of, Number(version));
      }
      await scenarios.get(given.scenario);
      const known = await all();
      const conflict = known.find(
        (one) => one.stoppedAt === undefined && (one.name === name || one.settings.scenario === given.scenario),
      );
      if (conflict !== undefined)
        throw errors.EXPERIMENT_RUNNING({ name: conflict.name, scenario: conflict.settings.scenario });
      const others = known.filter((one) => one.name !== name);
      if (others.length >= MAX_EXPERIMENTS) throw errors.EXPERIMENTS_FULL({ most: MAX_EXPERIMENTS });
      const experiment: Experiment = {
        name,
        id: randomUUID(),
        settings: {
          scenario: given.scenario,
          arms: arms.map(({ scenario, weight = 1 }) => ({ scenario, weight })),
          metric: given.metric ?? 'ctr',
          clicks: given.clicks ?? DEFAULT_CLICKS,
          conversions: given.conversions ?? DEFAULT_CONVERSIONS,
          alpha: given.alpha ?? 0.05,
          planned: given.planned ?? 20_000,
          minimalEffect: given.minimalEffect ?? 0,
        },
        startedAt: Date.now() / 1000,
      };
      await save([...others, experiment]);
      return experiment;
    },

    get: async (name) => (await find(name)).experiment,
    list: all,

    async stop(name) {
      const { experiment, others } = await find(name);
      if (experiment.stoppedAt !== undefined) return experiment;
      const stopped = { ...experiment, stoppedAt: Date.now() / 1000 };
      await save([...others, stopped]);
      return stopped;
    },

    async delete(name) {
      await save((await find(name)).others);
    },

    async armOf(scenario, user) {
      const live = await running();
      if (!Object.hasOwn(live, scenario)) return undefined;
      const { name, id, settings } = live[scenario];
      const weights = settings.arms.map(({ weight }) => weight);
      return { name, id, arm: settings.arms[assignArm(id, user, weights)].scenario };
    },
  };
}
