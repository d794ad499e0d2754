/** `lorekeep jobs add` and `lorekeep jobs remove` */
import type { CommandContext } from '../../context.ts';
import type { JobOptions } from '../../options/job-options.ts';
import { configOf } from '../train.ts';
import { scheduleOf } from './words.ts';

export async function jobsAddCommand(
  { workspace, output }: CommandContext,
  name: string,
  given: JobOptions,
): Promise<void> {
  const { every, cron, timeZone, afterEvents, paused, threads, keep } = given;
  const { preset, protocol, refit, seed, start, rule, metric, tolerance, minUsers, share } = given;
  const config = given.config === undefined ? undefined : await configOf({ config: given.config });
  const job = await workspace.jobs.put(name, {
    ...{ enabled: !paused, every, cron, timeZone, afterEvents, threads, keep },
    train: { preset, config: config as Record<string, Record<string, unknown>>, protocol, refit, seed, start },
    gate: { rule, metric, tolerance, minUsers, share },
  });
  output.result({ job }, `The job "${name}" is stored: ${scheduleOf(job.settings)}, rule "${rule}".`);
  const isScheduled = !paused && (every ?? cron ?? afterEvents) !== undefined;
  output.aside(
    isScheduled
      ? 'A running `lorekeep serve` of this workspace starts it when it is due.'
      : `Start it with \`lorekeep jobs run ${name}\`.`,
  );
}

export async function jobsRemoveCommand({ workspace, output }: CommandContext, name: string): Promise<void> {
  await workspace.jobs.remove(name);
  output.result({ removed: name }, `Removed the job "${name}".`);
}
