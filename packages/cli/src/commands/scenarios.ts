/** `lorekeep scenarios list`, `get`, `versions`, `put` and `delete`. They need no model and no service. */
import { readFile } from 'node:fs/promises';
import { systemError } from '@lorekeep/core';
import { createScenarios, type Scenario, type ScenarioSettings } from '@lorekeep/recommender';
import type { CommandContext } from '../context.ts';
import { errors } from '../errors.ts';
import { userPath } from '../paths.ts';

const scenariosOf = ({ workspace }: CommandContext) => createScenarios(workspace.store);

export async function scenariosListCommand(context: CommandContext): Promise<void> {
  const scenarios = await scenariosOf(context).list();
  const human = scenarios.length === 0 ? 'There are no scenarios yet.' : scenarios.map(lineOf).join('\n');
  context.output.result({ scenarios }, human);
}

export async function scenariosGetCommand(context: CommandContext, name: string, version?: number): Promise<void> {
  const scenario = await scenariosOf(context).get(name, version);
  context.output.result({ ...scenario }, JSON.stringify(scenario.settings, undefined, 2));
}

export async function scenariosVersionsCommand(context: CommandContext, name: string): Promise<void> {
  const versions = await scenariosOf(context).versions(name);
  context.output.result({ versions }, versions.map(lineOf).join('\n'));
}

export async function scenariosPutCommand(context: CommandContext, name: string, text: string): Promise<void> {
  const scenario = await scenariosOf(context).put(name, await settingsOf(text));
  context.output.result({ ...scenario }, `Stored version ${scenario.version} of the scenario ${name}.`);
}

export async function scenariosDeleteCommand(context: CommandContext, name: string): Promise<void> {
  await scenariosOf(context).delete(name);
  context.output.result({ deleted: name }, `Deleted the scenario ${name}.`);
}

function lineOf({ name, version, at, settings }: Scenario): string {
  return `${name}@${version}  ${new Date(at * 1_000).toISOString().slice(0, 16)}  ${JSON.stringify(settings)}`;
}

/** @throws LorekeepError `SCENARIO_FILE` */
async function settingsOf(given: string): Promise<ScenarioSettings> {
  const isText = given.trimStart().startsWith('{');
  const problem = (error: unknown) => errors.SCENARIO_FILE({ given, problem: (error as Error).message }, error);
  const text = isText
    ? given
    : await readFile(userPath(given), 'utf8').catch((error) => {
        throw problem(systemError(error, given));
      });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw problem(error);
  }
}
