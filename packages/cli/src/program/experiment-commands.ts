/** The words of `lorekeep experiments …`. What a command does is in `commands/experiments/`. */
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { type ExperimentOptions, experimentOptions } from '../options/experiment-options.ts';
import type { Program } from './program.ts';

const experimentName = () => new Argument('<name>', 'the name of an experiment');

export function addExperiments({ command, group, inWorkspace }: Program): void {
  const experiments = group('experiments', 'versions of scenarios side by side: list, create, results, stop');
  command('list', 'list all experiments', [], experiments).action(
    inWorkspace('read', async (context) => {
      const { experimentsListCommand } = await import('../commands/experiments/list.ts');
      await experimentsListCommand(context);
    }),
  );
  command('create', 'start an experiment', experimentOptions(), experiments)
    .addArgument(experimentName())
    .action(async (name: string, options, called: Command) => {
      const work = async (context: CommandContext, given: ExperimentOptions) => {
        const { experimentsCreateCommand } = await import('../commands/experiments/create.ts');
        await experimentsCreateCommand(context, name, given);
      };
      await inWorkspace('write', work)(options, called);
    });
  command('results', 'show outcomes by arm up to now, and what to do', [], experiments)
    .addArgument(experimentName())
    .action(async (name: string, options, called: Command) => {
      const work = async (context: CommandContext) => {
        const { experimentsResultsCommand } = await import('../commands/experiments/results.ts');
        await experimentsResultsCommand(context, name);
      };
      await inWorkspace('read', work)(options, called);
    });
  command('stop', 'stop an experiment; its results stay', [], experiments)
    .addArgument(experimentName())
    .action(async (name: string, options, called: Command) => {
      const work = async (context: CommandContext) => {
        const { experimentsStopCommand } = await import('../commands/experiments/stop.ts');
        await experimentsStopCommand(context, name);
      };
      await inWorkspace('write', work)(options, called);
    });
}
