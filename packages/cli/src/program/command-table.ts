/**
 * The words of the command line: each command with its options, then one call. What a command does
 * is in `commands/`, loaded only when it is run.
 */
import { Argument, Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { SHELLS, type Shell } from '../completion/words.ts';
import type { CommandContext } from '../context.ts';
import { suggestNext } from '../guidance/guidance.ts';
import { DELETABLE, type Deletable } from '../options/deletable.ts';
import { eventOptions } from '../options/event-options.ts';
import { noJobs } from '../options/job-options.ts';
import * as option from '../options/options.ts';
import { maxResidual, store } from '../options/ranking-options.ts';
import { exposureOptions, operationCommandOptions } from '../options/serving-options.ts';
import { shopsOptions } from '../options/shops-options.ts';
import type { Output } from '../terminal.ts';
import { addBackup } from './backup-commands.ts';
import { addExperiments } from './experiment-commands.ts';
import { inWorkspace } from './in-workspace.ts';
import { addJobs } from './job-commands.ts';
import { addKeys } from './key-commands.ts';
import { addQueries, addScenarios } from './list-commands.ts';
import type { Program } from './program.ts';
import { addKnowledge, addRank } from './ranking-commands.ts';

export function createProgram(output: Output, signal: AbortSignal): Command {
  const root = withStrictUse(new Command('lorekeep'));
  root.description('Recommendations from what items mean and what users do.').version(manifest.version);
  const program: Program = {
    output,
    signal,
    group: (name, description) => withStrictUse(root.command(name).description(description)),
    command(name, description, options = [], group = root) {
      const command = withStrictUse(group.command(name).description(description).allowExcessArguments(false));
      for (const one of [option.workspace(), option.json(), ...options]) command.addOption(one);
      return command;
    },
    inWorkspace: (use, work) => inWorkspace(output, signal, use, work),
  };
  addStart(program);
  addImport(program);
  addEvents(program);
  addDeletion(program);
  addEncode(program);
  addTrain(program);
  addEvaluate(program);
  addPublish(program);
  addQueries(program);
  addScenarios(program);
  addServe(program);
  addKeys(program);
  addJobs(program);
  addExperiments(program);
  addRank(program);
  addKnowledge(program);
  addBackup(program, signal);
  addDoctor(program);
  addCompletion(root, output);
  return root;
}

/** Errors are thrown, and printed by `run`. */
const withStrictUse = (command: Command) => command.exitOverride().configureOutput({ outputError: () => {} });

function addStart({ output, command, inWorkspace }: Program): void {
  command('status', 'show how far the workspace is and what to do next; also runs without a command').action(
    async (options: { workspace: string }) => {
      const { statusCommand } = await import('../commands/status.ts');
      await statusCommand(output, options.workspace);
    },
  );
  command(
    'quickstart',
    'import, encode, train, evaluate, publish and serve: the simulated shop, or your data with --data',
    [
      option.data(),
      ...option.readingOptions(),
      option.model(),
      option.preset(),
      option.refit(),
      option.seed(),
      option.threads(),
      option.port(),
      option.host(),
      option.noServe(),
      ...option.simulate('on for the simulated shop'),
    ],
  ).action(
    inWorkspace('create', async (context, options: import('../commands/quickstart.ts').QuickstartCommandOptions) => {
      const { quickstartCommand } = await import('../commands/quickstart.ts');
      await quickstartCommand(context, options);
    }),
  );
}

function addImport({ command, inWorkspace }: Program): void {
  command('import', 'import items, events and users from files', [
    option.items(),
    option.events(),
    option.users(),
    option.outcomes(),
    option.ignore(),
    ...option.readingOptions(),
    option.minUserEvents(),
    option.minItemEvents(),
    option.replace(),
    ...eventOptions(),
    option.importDryRun(),
  ]).action(
    inWorkspace('create', async (context, options: import('../commands/import.ts').ImportCommandOptions) => {
      const { importCommand } = await import('../commands/import.ts');
      await importCommand(context, options);
    }),
  );
}

function addDeletion({ command, inWorkspace }: Program): void {
  command('imports', 'list the imports of the workspace, by the names that `delete import` takes').action(
    inWorkspace('read', async (context) => {
      const { importsCommand } = await import('../commands/imports.ts');
      await importsCommand(context);
    }),
  );
  command('delete', 'delete items, users or events, or undo an import', [
    option.idFile(),
    option.eventUser(),
    option.eventItem(),
    option.eventType(),
    option.before(),
    option.after(),
    option.yes(),
  ])
    .addArgument(new Argument('<what>', 'what to delete').choices(DELETABLE))
    .addArgument(new Argument('[name...]', 'ids; of an import, its fingerprint or its file'))
    .action(async (what: Deletable, names: string[], options, called: Command) => {
      const work = async (context: CommandContext, given: import('../commands/delete.ts').DeleteCommandOptions) => {
        const { deleteCommand } = await import('../commands/delete.ts');
        await deleteCommand(context, what, names, given);
      };
      await inWorkspace('write', work)(options, called);
    });
}

function addEvents({ command, inWorkspace }: Program): void {
  command('events', 'show what the types of events and the ratings mean, or change it', eventOptions()).action(
    inWorkspace('read', async (context, options: import('../options/event-options.ts').EventOptions) => {
      const { eventsCommand } = await import('../commands/events.ts');
      await eventsCommand(context, options);
    }),
  );
}

function addEncode({ command, inWorkspace }: Program): void {
  command('encode', 'embed the text of every item, each distinct text once', [
    option.model(),
    option.template(),
    option.precision(),
    option.refitEncoder(),
    option.dryRun(),
    option.threads(),
    ...option.endpointOptions(),
  ]).action(
    inWorkspace('write', async (context, options: import('../commands/encode.ts').EncodeCommandOptions) => {
      const { encodeCommand } = await import('../commands/encode.ts');
      await encodeCommand(context, { ...options, endpoint: option.endpointOf({ ...options }) });
    }),
  );
}

function addTrain({ command, inWorkspace }: Program): void {
  command('train', 'train a model; stops early on its own, and resumes a stopped run', [
    option.preset(),
    option.config(),
    option.initFrom(),
    option.trainProtocol(),
    option.refit(),
    option.target(),
    option.maxPairEvents(),
    option.maxUserEvents(),
    ...eventOptions(),
    option.seed(),
    option.threads(),
  ]).action(
    inWorkspace('write', async (context, options: import('../commands/train.ts').TrainCommandOptions) => {
      const { trainCommand } = await import('../commands/train.ts');
      await trainCommand(context, options);
    }),
  );
}

function addEvaluate({ command, inWorkspace }: Program): void {
  command('evaluate', 'rank the whole catalogue for every user and compare with baselines', [
    option.modelVersion(),
    option.evaluateProtocol(),
    option.against(),
    option.report(),
    option.threads(),
  ]).action(
    inWorkspace('read', async (context, options: import('../commands/evaluate.ts').EvaluateCommandOptions) => {
      const { evaluateCommand } = await import('../commands/evaluate.ts');
      await evaluateCommand(context, options);
    }),
  );
}

function addPublish({ command, inWorkspace }: Program): void {
  command('publish', 'make a model and its index the live version', [
    option.publishedModel(),
    option.indexKind(),
    option.threads(),
  ]).action(
    inWorkspace('write', async (context, options: import('../commands/publish.ts').PublishCommandOptions) => {
      const { publishCommand } = await import('../commands/publish.ts');
      await publishCommand(context, options);
    }),
  );
}

function addServe({ command, inWorkspace, output, signal }: Program): void {
  command('serve', 'serve the live version over HTTP', [
    option.port(),
    option.host(),
    option.allowHost(),
    ...exposureOptions(),
    ...operationCommandOptions(),
    noJobs(),
    store(),
    maxResidual(),
    option.threads(),
    ...option.simulate('off'),
    ...shopsOptions(),
  ]).action(
    async (options: import('../commands/serve-shops.ts').ServeShopsCommandOptions & { workspace: string }, called) => {
      if (options.shops !== undefined) {
        const { serveShopsCommand } = await import('../commands/serve-shops.ts');
        return serveShopsCommand({ output, signal }, { ...options, shops: options.shops });
      }
      const one = inWorkspace('read', async (context, given: import('../commands/serve.ts').ServeCommandOptions) => {
        const { serveCommand } = await import('../commands/serve.ts');
        await serveCommand(context, given);
      });
      await one(options, called);
    },
  );
}

function addDoctor({ output, command }: Program): void {
  command('doctor', 'check this machine: what works, what is missing, how to fix it', [option.verify()]).action(
    async (options: { workspace: string; verify: boolean }) => {
      const { doctorCommand } = await import('../commands/doctor.ts');
      await doctorCommand(output, options.workspace, options.verify);
      suggestNext(output, 'doctor', options.workspace);
    },
  );
}

/** The one command that concerns no workspace. */
function addCompletion(root: Command, output: Output): void {
  withStrictUse(root.command('completion'))
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addOption(option.json())
    .allowExcessArguments(false)
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('../commands/completion.ts');
      completionCommand(output, shell, root);
    });
}
