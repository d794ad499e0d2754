/** The words of `lorekeep jobs …`. What a command does is in `commands/jobs/`. */
import { Argument, type Command, type Option } from 'commander';
import type { CommandContext } from '../context.ts';
import * as option from '../options/job-options.ts';
import { config, preset, seed, threads, trainProtocol } from '../options/options.ts';
import type { Program } from './program.ts';

const jobName = () => new Argument('<name>', 'the name of a job');

export function addJobs({ command, group, inWorkspace }: Program): void {
  const jobs = group('jobs', 'jobs that train and publish by themselves: add, run, cancel, history, roll back');
  /** A command about one job. */
  const named = (
    name: string,
    description: string,
    use: 'read' | 'write',
    options: Option[],
    work: (context: CommandContext, job: string, given: never) => Promise<void>,
  ) =>
    command(name, description, options, jobs)
      .addArgument(jobName())
      .action(async (job: string, given, called: Command) => {
        await inWorkspace(use, (context, parsed) => work(context, job, parsed as never))(given, called);
      });

  command('list', 'list the jobs, with what they wait for and how they ended', [], jobs).action(
    inWorkspace('read', async (context) => {
      const { jobsListCommand } = await import('../commands/jobs/list.ts');
      await jobsListCommand(context);
    }),
  );
  named(
    'add',
    'add a job, or replace it as a whole',
    'write',
    [
      option.every(),
      option.cron(),
      option.timeZone(),
      option.afterEvents(),
      option.paused(),
      preset(),
      config(),
      trainProtocol(),
      option.jobRefit(),
      seed(),
      option.start(),
      option.rule(),
      option.metric(),
      option.tolerance(),
      option.minUsers(),
      option.share(),
      option.keep(),
      threads(),
    ],
    async (context, job, given: option.JobOptions) => {
      const { jobsAddCommand } = await import('../commands/jobs/add.ts');
      await jobsAddCommand(context, job, given);
    },
  );
  named('remove', 'remove a job; the history of its runs stays', 'write', [], async (context, job) => {
    const { jobsRemoveCommand } = await import('../commands/jobs/add.ts');
    await jobsRemoveCommand(context, job);
  });
  named('run', 'run a job now, to its end', 'write', [], async (context, job) => {
    const { jobsRunCommand } = await import('../commands/jobs/run.ts');
    await jobsRunCommand(context, job);
  });
  named('cancel', 'stop the run of a job, whichever program has started it', 'write', [], async (context, job) => {
    const { jobsCancelCommand } = await import('../commands/jobs/run.ts');
    await jobsCancelCommand(context, job);
  });
  command(
    'history',
    'list runs, newest first, with what the comparison said',
    [option.ofJob(), option.last()],
    jobs,
  ).action(
    inWorkspace('read', async (context, options: { job?: string; last: number }) => {
      const { jobsHistoryCommand } = await import('../commands/jobs/history.ts');
      await jobsHistoryCommand(context, options);
    }),
  );
  command('logs', 'show the log of a run', [], jobs)
    .addArgument(new Argument('<run>', 'the id of a run, as `jobs history` shows it'))
    .action(async (run: string, options, called: Command) => {
      const work = async (context: CommandContext) => {
        const { jobsLogsCommand } = await import('../commands/jobs/history.ts');
        await jobsLogsCommand(context, run);
      };
      await inWorkspace('read', work)(options, called);
    });
  command('publications', 'list the publications that are on disk', [], jobs).action(
    inWorkspace('read', async (context) => {
      const { jobsPublicationsCommand } = await import('../commands/jobs/rollback.ts');
      await jobsPublicationsCommand(context);
    }),
  );
  command('rollback', 'make the former publication live again, and hold the jobs', [option.to()], jobs).action(
    inWorkspace('write', async (context, options: { to?: string }) => {
      const { jobsRollbackCommand } = await import('../commands/jobs/rollback.ts');
      await jobsRollbackCommand(context, options);
    }),
  );
  command('resume', 'let jobs run and publish again after a rollback', [], jobs).action(
    inWorkspace('write', async (context) => {
      const { jobsResumeCommand } = await import('../commands/jobs/rollback.ts');
      await jobsResumeCommand(context);
    }),
  );
}
