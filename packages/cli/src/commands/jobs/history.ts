/** `lorekeep jobs history` and `lorekeep jobs logs` */
import { jobErrors } from '@lorekeep/workspace/jobs';
import type { CommandContext } from '../../context.ts';
import { duration } from '../../terminal.ts';
import { endOf, moment } from './words.ts';

export async function jobsHistoryCommand(
  { workspace, output }: CommandContext,
  { job, last }: { job?: string; last: number },
): Promise<void> {
  const runs = (await workspace.jobs.runs(job)).slice(0, last);
  const lines = runs.map((run) => {
    const took = run.endedAt === undefined ? '' : ` in ${duration(run.endedAt - run.startedAt)}`;
    const line = `${run.id}  ${run.job}  ${moment(run.startedAt)} by ${run.trigger}: ${endOf(run)}${took}`;
    return run.verdict === undefined ? line : `${line}\n    ${run.verdict.reason}`;
  });
  output.result({ runs }, lines.length === 0 ? 'No job has run yet.' : lines.join('\n'));
}

export async function jobsLogsCommand({ workspace, output }: CommandContext, id: string): Promise<void> {
  const found = (await workspace.jobs.runs()).find((run) => run.id === id);
  if (found === undefined) throw jobErrors.JOB_RUN_UNKNOWN({ job: '', run: id });
  const { run, log } = await workspace.jobs.getRun(found.job, id);
  output.result({ run, log }, log === '' ? 'The log is empty.' : log);
}
