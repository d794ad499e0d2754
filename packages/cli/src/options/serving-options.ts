/** The options of `keys`, and of what a service may be reached by. */
import {
  DEFAULT_NAMESPACE,
  OPERATION_LIMITS,
  type OperationOptions,
  operationSettings,
  SCOPES,
  type Scope,
} from '@lorekeep/serving';
import { Option } from 'commander';
import { duration, integer, number, repeated } from './parsers.ts';

export interface ExposureOptions {
  allowHost?: string[];
  allowOrigin?: string[];
  adminPort?: number;
  adminHost: string;
  insecurePublicWithoutKeys: boolean;
}

export const allowOrigin = () =>
  new Option(
    '--allow-origin <origin>',
    'origin whose pages may call the service from a browser, such as https://shop.example (repeatable)',
  ).argParser(repeated);
export const adminPort = () =>
  new Option(
    '--admin-port <n>',
    'port of its own for the routes of administrators, which the other port then does not have',
  ).argParser(integer([0, 65_535]));
export const adminHost = () => new Option('--admin-host <address>', 'address of --admin-port').default('127.0.0.1');
export const insecurePublicWithoutKeys = () =>
  new Option(
    '--insecure-public-without-keys',
    'listen on any address without a key: every machine that reaches it can read, change and delete everything',
  ).default(false);

/** Of `serve` and `knowledge serve`. */
export const exposureOptions = () => [allowOrigin(), adminPort(), adminHost(), insecurePublicWithoutKeys()];

/** How the service stops, and what it refuses under load. */
export interface OperationCommandOptions {
  drainSeconds: number;
  drainDelay: number;
  maxReads: number;
  maxWrites: number;
  maxQueue: number;
  maxLoopDelay: number;
}

/** Of `serve` and `knowledge serve`. */
export function operationCommandOptions(): Option[] {
  const { drain, load } = operationSettings();
  const limits = OPERATION_LIMITS;
  return [
    new Option('--drain-seconds <n>', 'how long requests in progress may take once the service stops')
      .argParser(number(limits.drainSeconds))
      .default(drain.seconds),
    new Option(
      '--drain-delay <n>',
      'seconds during which a stopping service still accepts connections while /readyz answers 503',
    )
      .argParser(number(limits.drainDelay))
      .default(drain.delaySeconds),
    new Option('--max-reads <n>', 'requests that read and run at once')
      .argParser(integer(limits.atOnce))
      .default(load.reads),
    new Option('--max-writes <n>', 'requests that write and run at once')
      .argParser(integer(limits.atOnce))
      .default(load.writes),
    new Option('--max-queue <n>', 'requests that wait, of those that read and of those that write; more get 503')
      .argParser(integer(limits.queue))
      .default(load.queue),
    new Option('--max-loop-delay <ms>', 'mean delay of the event loop above which requests get 503; 0 for never')
      .argParser(integer(limits.eventLoopDelay))
      .default(load.eventLoopDelay),
  ];
}

/** The options as `createServer` takes them; those that were not given are absent. */
export function operationOf(options: Partial<OperationCommandOptions>): OperationOptions {
  const { drainSeconds, drainDelay, maxReads, maxWrites, maxQueue, maxLoopDelay } = options;
  const given = (values: Record<string, number | undefined>) =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return {
    drain: given({ seconds: drainSeconds, delaySeconds: drainDelay }),
    load: given({ reads: maxReads, writes: maxWrites, queue: maxQueue, eventLoopDelay: maxLoopDelay }),
  };
}

export interface KeyOptions {
  scope: Scope[];
  name?: string;
  namespace: string;
  expiresIn?: number;
  rate?: number;
  burst?: number;
}

export const scope = () =>
  new Option('--scope <name...>', 'what the key may do; none includes another').choices(SCOPES).makeOptionMandatory();
export const keyName = () => new Option('--name <text>', 'for people: who uses the key');
export const namespace = () =>
  new Option('--namespace <name>', 'namespace that the key belongs to').default(DEFAULT_NAMESPACE);
export const expiresIn = () =>
  new Option('--expires-in <duration>', 'time until the key ends, such as 90d, 12h or 30m (default: never)').argParser(
    duration,
  );
export const rate = () =>
  new Option('--rate <n>', 'requests per second that the key may send (default: any number)').argParser(
    number([0.01, 1e6]),
  );
export const burst = () =>
  new Option('--burst <n>', 'requests at once, with --rate (default: twice the rate)').argParser(integer([1, 1e6]));
export const overlap = () =>
  new Option('--overlap <duration>', 'time during which the former secret is accepted too, such as 1h')
    .argParser(duration)
    .default(0, '0s');
