/** `lorekeep jobs publications`, `lorekeep jobs rollback` and `lorekeep jobs resume` */
import { auditOf } from '../../access.ts';
import type { CommandContext } from '../../context.ts';
import { moment } from './words.ts';

export async function jobsPublicationsCommand({ workspace, output }: CommandContext): Promise<void> {
  const { publications, isHeld } = await workspace.jobs.publications();
  const lines = publications.map(({ version, model, createdAt, isLive, isRolledBack }) =>
    [version, moment(createdAt), model ?? 'without a model', isLive ? 'live' : '', isRolledBack ? 'rolled back' : '']
      .filter(Boolean)
      .join('  '),
  );
  output.result({ publications, isHeld }, lines.length === 0 ? 'Nothing is published yet.' : lines.join('\n'));
}

export async function jobsRollbackCommand(
  { workspace, output }: CommandContext,
  { to }: { to?: string },
): Promise<void> {
  const audit = auditOf(workspace);
  await audit.check();
  const result = await workspace.jobs.rollback(to);
  await audit.record({ who: 'command line', what: 'jobs rollback', target: result.to });
  output.result({ ...result }, `Live: publication ${result.to} (it was ${result.from}).`);
  output.aside('Jobs do not run by themselves or publish until `lorekeep jobs resume`.');
}

export async function jobsResumeCommand({ workspace, output }: CommandContext): Promise<void> {
  await workspace.jobs.resume();
  output.result({ isHeld: false }, 'Jobs run and publish again.');
}
