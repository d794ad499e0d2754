/** The options of `jobs`. Defaults and limits are those of the settings of a job. */
import { METRIC_NAMES, type MetricName } from '@lorekeep/evaluation';
import type { JobSettingsInput } from '@lorekeep/workspace';
import { Option } from 'commander';
import { duration, integer, number } from './parsers.ts';

type Rule = NonNullable<NonNullable<JobSettingsInput['gate']>['rule']>;

export interface JobOptions {
  every?: number;
  cron?: string;
  timeZone: string;
  afterEvents?: number;
  paused: boolean;
  preset: string;
  config?: string;
  protocol: string;
  refit: string;
  seed: number;
  start: 'scratch' | 'live';
  threads?: number;
  rule: Rule;
  metric: MetricName;
  tolerance: number;
  minUsers: number;
  share: number;
  keep: number;
}

export const every = () =>
  new Option('--every <duration>', 'time from the start of one run to the next: 24h, 30m, 7d').argParser(duration);
export const cron = () =>
  new Option('--cron <fields>', 'when it runs, as five cron fields: minute, hour, day, month, weekday');
export const timeZone = () => new Option('--time-zone <name>', 'time zone of --cron').default('UTC');
export const afterEvents = () =>
  new Option('--after-events <n>', 'run when as many events came since the last run').argParser(integer([1, 1e12]));
export const paused = () => new Option('--paused', 'do not run it by its schedule').default(false);
export const jobRefit = () =>
  new Option('--refit <events>', 'what is trained once more with the selected settings before it is published')
    .choices(['none', 'valid', 'all'])
    .default('all');
export const start = () =>
  new Option('--start <from>', 'where towers begin: anew, or with the values of the live version')
    .choices(['scratch', 'live'])
    .default('scratch');
export const rule = () =>
  new Option(
    '--rule <name>',
    'publish if it is shown to be no worse, unless it is shown to be worse, or always, without a comparison',
  )
    .choices(['not-worse', 'unless-worse', 'always'])
    .default('not-worse');
export const metric = () =>
  new Option('--metric <name>', 'metric of the comparison').choices([...METRIC_NAMES]).default('ndcg@10');
export const tolerance = () =>
  new Option('--tolerance <share>', 'share of the metric of the live version that counts as no worse')
    .argParser(number([0, 1]))
    .default(0.05);
export const minUsers = () =>
  new Option('--min-users <n>', 'users that a comparison needs').argParser(integer([10, 1e9])).default(100);
export const share = () =>
  new Option('--share <share>', 'share of the new events, the newest, on which both versions are compared')
    .argParser(number([0.05, 1]))
    .default(0.5);
export const keep = () =>
  new Option('--keep <n>', 'publications, and models of jobs, that stay on disk')
    .argParser(integer([2, 100]))
    .default(3);
export const to = () =>
  new Option('--to <version>', 'a publication that is on disk (default: the one before the live one)');
export const ofJob = () => new Option('--job <name>', 'only runs of this job');
export const last = () => new Option('--last <n>', 'how many runs').argParser(integer([1, 1000])).default(20);
export const noJobs = () => new Option('--no-jobs', 'do not start jobs when they are due');
