/** Experiments and outcomes, as the engine offers them. */
import type { Store } from '@lorekeep/store';
import { createExperiments, type Experiments } from '../experiments/experiments.ts';
import { createExposureBuffer, type ExposureBuffer } from '../experiments/exposure-buffer.ts';
import { outcomesOf } from '../experiments/outcomes.ts';
import { experimentResults } from '../experiments/results.ts';
import type { Experiment, ExperimentResults, ExperimentSettings, Outcomes } from '../experiments/types.ts';
import type { Scenarios } from '../scenarios/scenarios.ts';

export interface EngineExperiments {
  /**
   * Starts an experiment: users of a scenario are split among versions of scenarios. What runs never
   * changes; a new start under the name of a stopped one splits anew and counts anew.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `SCENARIO_UNKNOWN`, `EXPERIMENT_RUNNING`,
   *   `EXPERIMENTS_FULL`, `ENGINE_BUSY`
   * @example
   * const arms = [{ scenario: 'home@1' }, { scenario: 'home@2' }];
   * await engine.putExperiment('diverse-home', { scenario: 'home', arms });
   */
  putExperiment(name: string, settings: ExperimentSettings): Promise<Experiment>;
  /**
   * An experiment as it was started.
   * @throws LorekeepError `EXPERIMENT_UNKNOWN`
   */
  getExperiment(name: string): Promise<Experiment>;
  /** By name. */
  listExperiments(): Promise<Experiment[]>;
  /**
   * Ends an experiment. Its results stay.
   * @throws LorekeepError `EXPERIMENT_UNKNOWN`, `ENGINE_BUSY`
   */
  stopExperiment(name: string): Promise<Experiment>;
  /**
   * Ends and forgets an experiment.
   * @throws LorekeepError `EXPERIMENT_UNKNOWN`, `ENGINE_BUSY`
   */
  deleteExperiment(name: string): Promise<void>;
  /**
   * Outcomes by arm up to now, and what to do. It may be looked at at any time.
   * @throws LorekeepError `EXPERIMENT_UNKNOWN`
   */
  experimentResults(name: string): Promise<ExperimentResults>;
  /** Outcomes of the newest 50,000 lists by scenario, publication, surface and position. */
  outcomes(): Promise<Outcomes>;
}

interface Parts {
  store: Store;
  scenarios: Scenarios;
  write<T>(work: () => Promise<T>): Promise<T>;
  /** @throws LorekeepError `ENGINE_CLOSED` */
  checkOpen(): void;
}

export function createEngineExperiments({ store, scenarios, write, checkOpen }: Parts): {
  engine: EngineExperiments;
  experiments: Experiments;
  exposures: ExposureBuffer;
} {
  const experiments = createExperiments(store, scenarios);
  const exposures = createExposureBuffer(store);
  /** Two who look at the same time get one result. */
  const inProgress = new Map<string, Promise<unknown>>();
  function once<T>(key: string, compute: () => Promise<T>): Promise<T> {
    checkOpen();
    const running = inProgress.get(key) as Promise<T> | undefined;
    if (running !== undefined) return running;
    const result = exposures
      .flush()
      .then(compute)
      .finally(() => inProgress.delete(key));
    inProgress.set(key, result);
    return result;
  }

  return {
    experiments,
    exposures,
    engine: {
      putExperiment: (name, settings) => write(() => experiments.put(name, settings)),
      stopExperiment: (name) => write(() => experiments.stop(name)),
      deleteExperiment: (name) => write(() => experiments.delete(name)),
      async getExperiment(name) {
        checkOpen();
        return experiments.get(name);
      },
      async listExperiments() {
        checkOpen();
        return experiments.list();
      },
      async experimentResults(name) {
        checkOpen();
        const experiment = await experiments.get(name);
        return once(experiment.id, async () => experimentResults(store, experiment));
      },
      outcomes: async () => once('', () => outcomesOf(store)),
    },
  };
}
