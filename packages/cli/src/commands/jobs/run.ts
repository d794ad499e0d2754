/** `lorekeep jobs run` and `lorekeep jobs cancel` */
import type { JobRun } from '@lorekeep/workspace';
import { jobErrors } from '@lorekeep/workspace/jobs';
import type { CommandContext } from '../../context.ts';
import { endOf } from './words.ts';

/** Runs the job to its end. Ctrl-C cancels it. */
export async function jobsRunCommand({ workspace, output, run }: CommandContext, name: string): Promise<void> {
  const { id } = await workspace.jobs.run(name);
  const cancel = () => workspace.jobs.cancel(name).catch(() => {});
  run.signal.addEventListener('abort', cancel, { once: true });
  const ended = await workspace.jobs.wait(name, id, ({ progress }) => progress && output.progress(progress));
  run.signal.removeEventListener('abort', cancel);
  run.signal.throwIfAborted();
  if (ended.state !== 'succeeded')
    throw jobErrors.JOB_FAILED({
      job: name,
      run: id,
      state: `was ${ended.state}`.replace('was failed', 'failed'),
      reason: reasonOf(ended),
    });
  const reason = ended.verdict?.reason;
  output.result({ run: ended }, [summaryOf(ended), reason].filter(Boolean).join('\n'));
}

const reasonOf = ({ error }: JobRun) => (error === undefined ? 'it did not end.' : `${error.message} (${error.code})`);

function summaryOf(run: JobRun): string {
  switch (run.outcome) {
    case 'published':
      return `Live: publication ${run.publication} of model ${run.model}.`;
    case 'unchanged':
      return 'Nothing new to learn from: the live version stays.';
    case 'held':
      return 'Not published: jobs are held since a rollback. `lorekeep jobs resume` lets them publish again.';
  }
  return 'Not published: the live version stays.';
}

export async function jobsCancelCommand({ workspace, output }: CommandContext, name: string): Promise<void> {
  const run = await workspace.jobs.cancel(name);
  output.result({ run }, `The run ${run.id} of "${name}" has ended: ${endOf(run)}.`);
}
