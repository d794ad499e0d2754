/**
 * The words of the command line. Each command: its options with defaults, then one call. What the commands do lives in
 * `stages/` (work that several commands share) and `commands/` (what only one needs), loaded when asked for.
 */
import { errorCode, LorekeepError } from '@lorekeep/core';
import { Command, CommanderError, Option } from 'commander';
import { interrupted, Unhealthy } from './errors.ts';
import * as option from './options.ts';
import { createOutput, type Output } from './terminal.ts';
import { closeWorkspace, openWorkspace, type StageContext } from './workspace.ts';

const DEFAULT_WORKSPACE = '.lorekeep';

/** Runs the command line and resolves to its exit code: 0 done, 1 failed or stopped, 2 wrong usage. */
export async function run(words: string[]): Promise<number> {
  const output = createOutput(words.includes('--json'));
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    if (!output.json) output.note('Stopping at the next safe point (once more to stop at once) …');
    stop.abort(interrupted());
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // Whoever read our output is gone (`lorekeep … | head`): nothing is left to do it for.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(1);
  });
  try {
    await createProgram(output, stop.signal).parseAsync(words, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error, output);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function report(error: unknown, output: Output): number {
  if (error instanceof Unhealthy) return 1;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // No command was named; the help has been printed.
    if (error.code === 'commander.help') return 2;
    output.error({ code: 'USAGE', message: error.message.replace(/^error: /, '') });
    return 2;
  }
  if (error instanceof LorekeepError) {
    output.error(error.toJSON());
    return error.kind === 'usage' ? 2 : 1;
  }
  output.error({ code: errorCode(error), message: error instanceof Error ? error.message : String(error) });
  if (process.env.LOREKEEP_DEBUG !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

function createProgram(output: Output, signal: AbortSignal): Command {
  const program = new Command('lorekeep');
  program
    .description('Recommendation that knows what items mean and what people do.')
    .version('0.1.0')
    .exitOverride()
    .configureOutput({ outputError: () => {} });

  /** A command with the options that all commands share. */
  const command = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--workspace <dir>', 'the folder of the shop', DEFAULT_WORKSPACE)
      .option('--json', 'one JSON object a line on stdout, the result last', false)
      .allowExcessArguments(false)
      .exitOverride()
      .configureOutput({ outputError: () => {} });

  /** Runs `work` inside the open workspace and closes it whatever happens. */
  function inWorkspace<O>(work: (context: StageContext, options: O) => Promise<void>, create = false) {
    return async (options: O & { workspace: string }) => {
      const workspace = await openWorkspace(options.workspace, { create });
      try {
        await work({ workspace, output, progress: output.progress, signal }, options);
      } finally {
        output.settle();
        await closeWorkspace(workspace);
      }
    };
  }

  command('quickstart', 'import, encode, train, publish and serve: the simulated shop, or your data with --data')
    .option('--data <dir>', 'a folder with an items file and an events file')
    .addOption(option.skipBad())
    .addOption(option.model())
    .addOption(option.preset())
    .addOption(option.refit())
    .addOption(option.seed())
    .addOption(option.threads())
    .addOption(option.port())
    .addOption(option.host())
    .option('--no-serve', 'end after the report')
    .action(
      inWorkspace(async (context, options: import('./commands/quickstart.ts').QuickstartOptions) => {
        const { quickstart } = await import('./commands/quickstart.ts');
        await quickstart(context, options);
      }, true),
    );

  command('import', 'items and events from files into the workspace')
    .option('--items <file...>', 'the catalogue: CSV, TSV, JSON lines or Parquet, also gzipped')
    .option('--events <file...>', 'the log, in order of arrival: the same formats')
    .addOption(
      new Option('--format <name>', 'of all files')
        .choices(['auto', 'csv', 'tsv', 'jsonl', 'parquet', 'amazon2018', 'amazon2023'])
        .default('auto', 'by file extension'),
    )
    .option('--column <field=column...>', 'what the files call a field: user=customer item=sku', option.pairs)
    .addOption(option.skipBad())
    .addOption(
      new Option('--unknown-items <what>', 'events of items in no catalogue: malformed lines, or left out')
        .choices(['refuse', 'skip'])
        .default(undefined, 'refuse; skip for amazon2018 and amazon2023'),
    )
    .option('--min-user-events <n>', 'k-core: only users with at least n events', option.integer(0, 1e9), 0)
    .option('--min-item-events <n>', 'k-core: only items with at least n events', option.integer(0, 1e9), 0)
    .action(
      inWorkspace(async (context, options: import('./commands/import.ts').ImportCommandOptions) => {
        const { importCommand } = await import('./commands/import.ts');
        await importCommand(context, options);
      }, true),
    );

  const encode = command('encode', 'embed the text of every item, each distinct text once')
    .addOption(option.model())
    .addOption(option.template())
    .addOption(option.precision())
    .option('--refit', 'fit a lexical encoder anew to the catalogue as it is now', false)
    .option('--dry-run', 'count the texts, time a sample of them, store nothing', false)
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/encode.ts').EncodeCommandOptions) => {
        const { encodeCommand } = await import('./commands/encode.ts');
        await encodeCommand(context, { ...options, endpoint: option.endpointOf({ ...options }) });
      }),
    );
  for (const one of option.endpointOptions()) encode.addOption(one);

  command('train', 'train the towers; stops by itself, and goes on where a stopped run was')
    .addOption(option.preset())
    .option('--config <file>', 'a JSON file with options that replace those of the preset')
    .option('--init-from <dir>', 'a trained model, of another workspace too, to begin at')
    .addOption(option.protocol().default('leave-one-out'))
    .addOption(option.refit())
    .addOption(option.seed())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/train.ts').TrainCommandOptions) => {
        const { trainCommand } = await import('./commands/train.ts');
        await trainCommand(context, options);
      }),
    );

  command('evaluate', 'rank the whole catalogue for every user, beside the baselines')
    .addOption(option.modelVersion())
    .addOption(option.protocol().default(undefined, 'the one it was trained with'))
    .option('--against <version>', 'another trained version to compare with')
    .option('--report <file>', 'also write one HTML page with tables and plots')
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/evaluate.ts').EvaluateOptions) => {
        const { evaluateCommand } = await import('./commands/evaluate.ts');
        await evaluateCommand(context, options);
      }),
    );

  command('publish', 'make a model and its index the live version')
    .addOption(option.modelVersion())
    .addOption(option.indexKind())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/publish.ts').PublishOptions) => {
        const { publishCommand } = await import('./commands/publish.ts');
        await publishCommand(context, options);
      }),
    );

  command('recommend', 'items for a user, or for a history of items')
    .option('--user <id>', 'a user of the log')
    .option('--history <id,id,…>', 'items, oldest first', option.idList)
    .option('--exclude <id,id,…>', 'items not to recommend', option.idList)
    .addOption(option.k())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/recommend.ts').RecommendOptions) => {
        const { recommendCommand } = await import('./commands/recommend.ts');
        await recommendCommand(context, options);
      }),
    );

  command('similar', 'items near an item')
    .requiredOption('--item <id>', 'an item of the catalogue')
    .addOption(option.k())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/recommend.ts').SimilarOptions) => {
        const { similarCommand } = await import('./commands/recommend.ts');
        await similarCommand(context, options);
      }),
    );

  command('serve', 'the HTTP service over the live version')
    .addOption(option.port())
    .addOption(option.host())
    .addOption(option.threads())
    .action(
      inWorkspace(async (context, options: import('./commands/serve.ts').ServeOptions) => {
        const { serveCommand } = await import('./commands/serve.ts');
        await serveCommand(context, options);
      }),
    );

  command('doctor', 'what this machine has, what is missing, how to mend it').action(
    async (options: { workspace: string }) => {
      const { doctorCommand } = await import('./commands/doctor.ts');
      await doctorCommand(output, options.workspace);
    },
  );
  return program;
}
