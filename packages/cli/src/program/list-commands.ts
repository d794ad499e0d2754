/** The words of the commands that print a list, and of `lorekeep scenarios …`. */
import { Argument, type Command, Option } from 'commander';
import type { CommandContext } from '../context.ts';
import { explained, listOptions } from '../options/list-options.ts';
import * as option from '../options/options.ts';
import type { Program } from './program.ts';

const by = () =>
  new Option('--by <what>', 'what makes items similar').choices(['both', 'behaviour', 'content']).default('both');

export function addQueries({ command, inWorkspace }: Program): void {
  command('recommend', 'recommend items for a user or for a history of items', [
    option.user(),
    option.history(),
    ...explained(),
  ]).action(
    inWorkspace('read', async (context, options: import('../commands/lists/recommend.ts').RecommendCommandOptions) => {
      const { recommendCommand } = await import('../commands/lists/recommend.ts');
      await recommendCommand(context, options);
    }),
  );
  command('similar', 'find items similar to an item', [option.item(), by(), ...explained()]).action(
    inWorkspace('read', async (context, options: import('../commands/lists/similar.ts').SimilarCommandOptions) => {
      const { similarCommand } = await import('../commands/lists/similar.ts');
      await similarCommand(context, options);
    }),
  );
  command('search', 'find items for a query in words', [option.user(), option.history(), ...listOptions()])
    .addArgument(new Argument('<query>', 'what a person would type: "blue kettle"'))
    .action(async (query: string, options, called: Command) => {
      const work = async (
        context: CommandContext,
        given: import('../commands/lists/search.ts').SearchCommandOptions,
      ) => {
        const { searchCommand } = await import('../commands/lists/search.ts');
        await searchCommand(context, query, given);
      };
      await inWorkspace('read', work)(options, called);
    });
}

const name = () => new Argument('<name>', 'the name of a scenario');
const version = () =>
  new Argument('[version]', 'a version of it (default: the newest)').argParser(option.scenarioVersion);

export function addScenarios({ command, group, inWorkspace }: Program): void {
  const scenarios = group('scenarios', 'settings of lists under a name: list, get, put, delete, versions');
  const load = () => import('../commands/scenarios.ts');
  command('list', 'list all scenarios, each with its newest version', [], scenarios).action(
    inWorkspace('read', async (context) => (await load()).scenariosListCommand(context)),
  );
  command('get', 'show a scenario', [], scenarios)
    .addArgument(name())
    .addArgument(version())
    .action(async (of: string, number: number | undefined, options, called: Command) => {
      const work = async (context: CommandContext) => (await load()).scenariosGetCommand(context, of, number);
      await inWorkspace('read', work)(options, called);
    });
  command('versions', 'list the versions of a scenario that are kept, the newest first', [], scenarios)
    .addArgument(name())
    .action(async (of: string, options, called: Command) => {
      const work = async (context: CommandContext) => (await load()).scenariosVersionsCommand(context, of);
      await inWorkspace('read', work)(options, called);
    });
  command('put', 'store a scenario as a new version; a running service uses it at once', [], scenarios)
    .addArgument(name())
    .addArgument(new Argument('<settings>', 'JSON such as {"k":20}, or a file with it'))
    .action(async (of: string, settings: string, options, called: Command) => {
      const work = async (context: CommandContext) => (await load()).scenariosPutCommand(context, of, settings);
      await inWorkspace('write', work)(options, called);
    });
  command('delete', 'delete a scenario with all its versions', [], scenarios)
    .addArgument(name())
    .action(async (of: string, options, called: Command) => {
      const work = async (context: CommandContext) => (await load()).scenariosDeleteCommand(context, of);
      await inWorkspace('write', work)(options, called);
    });
}
