/** Scenarios, as the engine offers them. */
import type { Scenario, ScenarioSettings } from '../engine/request-types.ts';
import type { Scenarios } from './scenarios.ts';

export interface EngineScenarios {
  /**
   * Stores settings of lists under a name, as a new version. The newest 20 versions are kept.
   *
   * @throws LorekeepError `REQUEST_INVALID`, `SCENARIOS_FULL`, `ENGINE_BUSY`
   */
  putScenario(name: string, settings: ScenarioSettings): Promise<Scenario>;
  /**
   * A scenario, in its newest version or another one.
   * @throws LorekeepError `SCENARIO_UNKNOWN`
   */
  getScenario(name: string, version?: number): Promise<Scenario>;
  /** The newest version of every scenario, by name. */
  listScenarios(): Promise<Scenario[]>;
  /**
   * All versions of a scenario that are kept, the newest first.
   * @throws LorekeepError `SCENARIO_UNKNOWN`
   */
  scenarioVersions(name: string): Promise<Scenario[]>;
  /**
   * Removes a scenario with all its versions.
   * @throws LorekeepError `SCENARIO_UNKNOWN`, `ENGINE_BUSY`
   */
  deleteScenario(name: string): Promise<void>;
}

interface Turns {
  /** Runs a write in its turn. */
  write<T>(work: () => Promise<T>): Promise<T>;
  /** Throws if the engine is closed. */
  checkOpen(): void;
}

export function engineScenarios(scenarios: Scenarios, { write, checkOpen }: Turns): EngineScenarios {
  const reading = async <T>(work: () => Promise<T>): Promise<T> => {
    checkOpen();
    return work();
  };
  return {
    putScenario: (name, settings) => write(() => scenarios.put(name, settings)),
    deleteScenario: (name) => write(() => scenarios.delete(name)),
    getScenario: (name, version) => reading(() => scenarios.get(name, version)),
    listScenarios: () => reading(() => scenarios.list()),
    scenarioVersions: (name) => reading(() => scenarios.versions(name)),
  };
}
