/**
 * Scenarios: settings of lists under a name, versioned, in the store. A version never changes, so an
 * answer that names it can be made again.
 */
import type { Settings } from '@lorekeep/store';
import { z } from 'zod';
import type { Scenario, ScenarioSettings } from '../engine/request-types.ts';
import { parse } from '../engine/requests.ts';
import { errors } from '../errors.ts';
import { versionsInExperiments } from '../experiments/running.ts';
import { SCENARIO_NAME, settingsSchema } from '../page/schemas.ts';

/** Most scenarios of a shop, and versions of each that are kept. */
export const MAX_SCENARIOS = 100;
export const MAX_SCENARIO_VERSIONS = 20;

export interface Scenarios {
  /**
   * Stores a new version. The oldest of more than 20 versions goes, unless an experiment runs on it.
   * @throws LorekeepError `REQUEST_INVALID`, `SCENARIOS_FULL`
   */
  put(name: string, settings: ScenarioSettings): Promise<Scenario>;
  /**
   * @param version Default: the newest.
   * @throws LorekeepError `SCENARIO_UNKNOWN`
   */
  get(name: string, version?: number): Promise<Scenario>;
  /** The newest version of each, by name. */
  list(): Promise<Scenario[]>;
  /**
   * All versions that are kept, the newest first.
   * @throws LorekeepError `SCENARIO_UNKNOWN`
   */
  versions(name: string): Promise<Scenario[]>;
  /**
   * Removes a scenario with all its versions.
   * @throws LorekeepError `SCENARIO_UNKNOWN`
   */
  delete(name: string): Promise<void>;
}

/** What is stored of one scenario. After a deletion only its last version number is left. */
interface Stored {
  last: number;
  versions: Scenario[];
}

const NAMES = 'scenarios';
const keyOf = (name: string) => `scenario ${name}`;

export const scenarioNameSchema = z
  .string()
  .regex(SCENARIO_NAME, 'Expected 1 to 64 letters, digits, "_", "." and "-", beginning with a letter or digit.');

/** Programs that write at the same moment lose nothing of each other. */
export function createScenarios(store: Settings): Scenarios {
  const names = async () => (await store.getSetting<string[]>(NAMES)) ?? [];
  const stored = async (name: string): Promise<Stored> =>
    (await store.getSetting<Stored>(keyOf(name))) ?? { last: 0, versions: [] };

  /** Writes what `next` makes of the present value, and makes it again if another program was faster. */
  async function change<Value>(key: string, next: (present: Value | undefined) => Value): Promise<Value> {
    for (;;) {
      const present = await store.getSetting<Value>(key);
      const value = next(present);
      if (await store.replaceSetting(key, present, value)) return value;
    }
  }

  async function addName(name: string): Promise<void> {
    await change<string[]>(NAMES, (known = []) => {
      if (known.includes(name)) return known;
      if (known.length >= MAX_SCENARIOS) throw errors.SCENARIOS_FULL({ most: MAX_SCENARIOS });
      return [...known, name].sort();
    });
  }

  return {
    async put(name, input) {
      parse(z.object({ name: scenarioNameSchema }), { name });
      const settings = parse(settingsSchema, input);
      // Without its content, a name is not listed. So it may come first, and be counted first.
      await addName(name);
      const inUse = await versionsInExperiments(store, name);
      const { versions } = await change<Stored>(keyOf(name), ({ last, versions } = { last: 0, versions: [] }) => {
        const scenario: Scenario = { name, version: last + 1, at: Date.now() / 1000, settings };
        const all = [...versions, scenario];
        const kept = all.filter((one, at) => at >= all.length - MAX_SCENARIO_VERSIONS || inUse.has(one.version));
        return { last: last + 1, versions: kept };
      });
      // Another program may have deleted the scenario in between. What was stored last is there.
      await addName(name);
      return versions[versions.length - 1];
    },

    async get(name, version) {
      const { versions } = await stored(name);
      const found = version === undefined ? versions.at(-1) : versions.find((one) => one.version === version);
      if (found !== undefined) return found;
      throw errors.SCENARIO_UNKNOWN({ name, ...(versions.length > 0 && version !== undefined ? { version } : {}) });
    },

    async list() {
      const all = await Promise.all((await names()).map(stored));
      return all.flatMap(({ versions }) => versions.slice(-1));
    },

    async versions(name) {
      const { versions } = await stored(name);
      if (versions.length === 0) throw errors.SCENARIO_UNKNOWN({ name });
      return versions.toReversed();
    },

    async delete(name) {
      if (!(await names()).includes(name)) throw errors.SCENARIO_UNKNOWN({ name });
      await change<Stored>(keyOf(name), ({ last } = { last: 0, versions: [] }) => ({ last, versions: [] }));
      await change<string[]>(NAMES, (known = []) => known.filter((one) => one !== name));
      if ((await stored(name)).versions.length > 0) await addName(name);
    },
  };
}
