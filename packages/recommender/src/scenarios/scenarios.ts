/**
 * Scenarios: settings of lists under a name, versioned, in the store. A version never changes, so an
 * answer that names it can be made again.
 */
import type { Settings } from '@lorekeep/store';
import { z } from 'zod';
import type { Scenario, ScenarioSettings } from '../engine/request-types.ts';
import { parse } from '../engine/requests.ts';
import { errors } from '../errors.ts';
import { SCENARIO_NAME, settingsSchema } from '../page/schemas.ts';

/** Most scenarios of a shop, and versions of each that are kept. */
export const MAX_SCENARIOS = 100;
export const MAX_SCENARIO_VERSIONS = 20;

export interface Scenarios {
  /**
   * Stores a new version. The oldest of more than 20 versions goes.
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

/** Writes must not overlap. */
export function createScenarios(store: Settings): Scenarios {
  const names = async () => (await store.getSetting<string[]>(NAMES)) ?? [];
  const stored = async (name: string): Promise<Stored> =>
    (await store.getSetting<Stored>(keyOf(name))) ?? { last: 0, versions: [] };

  return {
    async put(name, input) {
      parse(z.object({ name: scenarioNameSchema }), { name });
      const settings = parse(settingsSchema, input);
      const { last, versions } = await stored(name);
      const known = await names();
      if (!known.includes(name)) {
        if (known.length >= MAX_SCENARIOS) throw errors.SCENARIOS_FULL({ most: MAX_SCENARIOS });
        // The name comes last: without its content, it would be a scenario that cannot be read.
      }
      const scenario: Scenario = { name, version: last + 1, at: Date.now() / 1000, settings };
      const kept = [...versions, scenario].slice(-MAX_SCENARIO_VERSIONS);
      await store.setSetting(keyOf(name), { last: last + 1, versions: kept });
      if (!known.includes(name)) await store.setSetting(NAMES, [...known, name].sort());
      return scenario;
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

    async delete(name) {
      const known = await names();
      if (!known.includes(name)) throw errors.SCENARIO_UNKNOWN({ name });
      const { last } = await stored(name);
      await store.setSetting(keyOf(name), { last, versions: [] });
      await store.setSetting(
        NAMES,
        known.filter((one) => one !== name),
      );
    },
  };
}
