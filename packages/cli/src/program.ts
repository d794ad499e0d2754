/**
 * The words of the command line: each command with its options, then one call. What a command does
 * is in `commands/`, loaded only when it is run.
 */
import { errorCode, LorekeepError, type Warning } from '@lorekeep/core';
import { openWorkspace } from '@lorekeep/workspace';
import { Argument, Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { SHELLS, type Shell } from './completion/words.ts';
import type { CommandContext } from './context.ts';
import { errors, Unhealthy } from './errors.ts';
import { suggestNext } from './guidance.ts';
import { hintOf, warningText } from './hints.ts';
import * as option from './options.ts';
import { userPath } from './paths.ts';
import { createOutput, type Output } from './terminal.ts';

/**
 * Runs the command line and resolves to its exit code: 0 done, 1 failed or stopped, 2 wrong usage.
 */
export async function run(words: string[]): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    if (!output.json) output.note('Stopping at the next safe point (press Ctrl-C again to stop at once) …');
    stop.abort(errors.INTERRUPTED());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // The reader of our output has ended (`lorekeep … | head`), so there is no reason to go on.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(1);
  });
  const program = createProgram(output, stop.signal);
  try {
    await program.parseAsync(namesCommand(words) ? words : ['status', ...words], { from: 'user' });
    return 0;
  } catch (error) {
    const command = program.commands.find((one) => one.name() === words[0])?.name();
    return report(error, output, command);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** Without a command, `status` says what to do: `lorekeep` and `lorekeep --workspace shop`. */
function namesCommand([first = '--']: string[]): boolean {
  return !first.startsWith('-') || ['-h', '--help', '-V', '--version'].includes(first);
}

/** Prints an error and returns the exit code. */
function report(thrown: unknown, output: Output, command: string | undefined): number {
  if (thrown instanceof Unhealthy) return 1;
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const error =
    thrown instanceof CommanderError
      ? errors.USAGE({ problem: thrown.message.replace(/^error: /, ''), command })
      : thrown;
  if (error instanceof LorekeepError) {
    output.error({ ...error.toJSON(), hint: hintOf(error) });
    return error.kind === 'usage' ? 2 : 1;
  }
  output.error({ code: errorCode(error), message: error instanceof Error ? error.message : String(error) });
  if (process.env.LOREKEEP_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

function createProgram(output: Output, signal: AbortSignal): Command {
  const program = new Command('lorekeep');
  program
    .description('Recommendations from what items mean and what users do.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  /** A command with the options that all commands share. */
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .addOption(option.workspace())
      .addOption(option.json())
      .allowExcessArguments(false)
      .exitOverride()
      .configureOutput({ outputError: () => {} });

  /** Runs `work` in the open workspace and closes it in any case. */
  function inWorkspace<O>(work: (context: CommandContext, options: O) => Promise<void>, { create = false } = {}) {
    return async (options: O & { workspace: string; dryRun?: boolean; refit?: string }, called: Command) => {
      const warn = (warning: Warning) => output.warn(warningText(warning));
      const run = { progress: output.progress, warn, signal };
      const endpointUrl = process.env.LOREKEEP_ENDPOINT;
      const workspace = await openWorkspace(userPath(options.workspace), { create, endpointUrl });
      try {
        await work({ workspace, output, run }, options);
        const how = options.dryRun ? ' --dry-run' : options.refit === 'all' ? ' --refit all' : '';
        const finished = `${called.name()}${how}`;
        if (!signal.aborted) suggestNext(output, finished, options.workspace);
      } finally {
        output.settle();
        await workspace.close();
      }
    };
  }

  command('status', 'show how far the workspace is and what to do next; also runs without a command').action(
    async (options: { workspace: string }) => {
      const { statusCommand } = await import('./commands/status.ts');
      await statusCommand(output, options.workspace);
    },
  );

  command('quickstart', 'import, encode, train, publish and serve: the simulated shop, or your data with --data')
    .addOption(option.data())
    .addOption(option.skipBad())
    .addOption(option.model())
    .addOption(option.preset())
    .addOption(option.refit())
    .addOption(option.seed())
    .addOption(option.threads())
    .addOption(option.port())
    .addOption(option.host())
    .addOption(option.noServe())
    .action(
      inWorkspace(
        async (context, options: import('./commands/quickstart.ts').QuickstartCommandOptions) => {
          const { quickstartCommand } = await import('./commands/quickstart.ts');
          await quickstartCommand(context, options);
        },
        { create: true },
      ),
    );

  command('import', 'import items, events and users from files')
    .addOption(option.items())
    .addOption(option.events())
    .addOption(option.users())
    .addOption(option.outcomes())
    .addOption(option.ignore())
    .addOption(option.format())
    .addOption(option.column())
    .addOption(option.skipBad())
    .addOption(option.unknownItems())
    .addOption(option.minUserEvents())
    .addOption(option.minItemEvents())
    .action(
      inWorkspace(
        async (context, options: import('./commands/import.ts').ImportCommandOptions) => {
          const { importCommand } = await import('./commands/import.ts');
          await importCommand(context, options);
        },
        { create: true },
      ),
    );

  const encode = command('encode', 'embed the text of every item, each distinct text once')
    .addOption(option.model())
    .addOption(option.template())
    .addOption(option.precision())
    .addOption(option.refitEncoder())
    .addOption(option.dryRun())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/encode.ts').EncodeCommandOptions) => {
        const { encodeCommand } = await import('./commands/encode.ts');
        await encodeCommand(context, { ...options, endpoint: option.endpointOf({ ...options }) });
      }),
    );
  for (const one of option.endpointOptions()) encode.addOption(one);

  command('train', 'train a model; stops early on its own, and resumes a stopped run')
    .addOption(option.preset())
    .addOption(option.config())
    .addOption(option.initFrom())
    .addOption(option.trainProtocol())
    .addOption(option.refit())
    .addOption(option.seed())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/train.ts').TrainCommandOptions) => {
        const { trainCommand } = await import('./commands/train.ts');
        await trainCommand(context, options);
      }),
    );

  command('evaluate', 'rank the whole catalogue for every user and compare with baselines')
    .addOption(option.modelVersion())
    .addOption(option.evaluateProtocol())
    .addOption(option.against())
    .addOption(option.report())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/evaluate.ts').EvaluateCommandOptions) => {
        const { evaluateCommand } = await import('./commands/evaluate.ts');
        await evaluateCommand(context, options);
      }),
    );

  command('publish', 'make a model and its index the live version')
    .addOption(option.modelVersion())
    .addOption(option.indexKind())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/publish.ts').PublishCommandOptions) => {
        const { publishCommand } = await import('./commands/publish.ts');
        await publishCommand(context, options);
      }),
    );

  command('recommend', 'recommend items for a user or for a history of items')
    .addOption(option.user())
    .addOption(option.history())
    .addOption(option.exclude())
    .addOption(option.k())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/recommend.ts').RecommendCommandOptions) => {
        const { recommendCommand } = await import('./commands/recommend.ts');
        await recommendCommand(context, options);
      }),
    );

  command('similar', 'find items similar to an item')
    .addOption(option.item())
    .addOption(option.k())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/similar.ts').SimilarCommandOptions) => {
        const { similarCommand } = await import('./commands/similar.ts');
        await similarCommand(context, options);
      }),
    );

  command('serve', 'serve the live version over HTTP')
    .addOption(option.port())
    .addOption(option.host())
    .addOption(option.allowHost())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/serve.ts').ServeCommandOptions) => {
        const { serveCommand } = await import('./commands/serve.ts');
        await serveCommand(context, options);
      }),
    );

  command('doctor', 'check this machine: what works, what is missing, how to fix it').action(
    async (options: { workspace: string }) => {
      const { doctorCommand } = await import('./commands/doctor.ts');
      await doctorCommand(output, options.workspace);
      suggestNext(output, 'doctor', options.workspace);
    },
  );

  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addOption(option.json())
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('./commands/completion.ts');
      completionCommand(output, shell, program);
    });
  return program;
}
