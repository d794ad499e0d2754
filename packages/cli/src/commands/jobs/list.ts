/** `lorekeep jobs list` */
import type { CommandContext } from '../../context.ts';
import { endOf, moment, nextOf, scheduleOf } from './words.ts';

export async function jobsListCommand({ workspace, output }: CommandContext): Promise<void> {
  const jobs = await workspace.jobs.list();
  const { isHeld } = await workspace.jobs.publications();
  const lines = jobs.map((job) => {
    const last = job.last && `last ${moment(job.last.startedAt)} ${endOf(job.last)}`;
    return [job.name, scheduleOf(job.settings), nextOf(job), last].filter(Boolean).join('  ');
  });
  if (isHeld) lines.push('Held since a rollback: no job runs by itself or publishes until `lorekeep jobs resume`.');
  output.result({ jobs, isHeld }, lines.length === 0 ? 'There are no jobs yet.' : lines.join('\n'));
}
