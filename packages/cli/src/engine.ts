/** The engine over the live version, for the commands that query it or serve it. */

import type { Engine, RankingService } from '@lorekeep/recommender';
import { createServer, type OperationOptions, operationSettings } from '@lorekeep/serving';
import { auditOf, keysOf } from './access.ts';
import type { CommandContext } from './context.ts';
import { withTyped } from './guidance/invocation.ts';
import { type ExposureOptions, type OperationCommandOptions, operationOf } from './options/serving-options.ts';
import { storePlace } from './paths.ts';

const READ_ONLY_SERVICE =
  'This workspace can only be read. The service recommends, but it takes no new items and events: ' +
  'POST /v1/items and POST /v1/events answer with STORE_READ_ONLY.';

export interface EngineCommandOptions {
  threads?: number;
  /** Of knowledge. */
  store?: string;
  maxResidual?: number;
}

/** Runs `use` with the engine and closes it afterwards. */
export async function withEngine<T>(
  { workspace, run }: CommandContext,
  { threads, store, maxResidual }: EngineCommandOptions,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await workspace.engine({ ...run, threads, knowledge: storePlace(store), maxResidual });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

export interface ServingOptions extends Partial<ExposureOptions & OperationCommandOptions> {
  host: string;
  port: number;
  /** For a service without an engine. */
  ranking?: RankingService;
  /** Whether jobs are started when they are due. Default: they are not. */
  jobs?: boolean;
}

/** What a service that was stopped may still take to close its files. */
const CLOSE_SECONDS = 2;

/** Serves until the run is aborted. Requests in progress are finished first, within `--drain-seconds`. */
export async function serveUntilStopped(
  context: CommandContext,
  engine: Engine | undefined,
  options: ServingOptions,
  announce: (address: string, adminAddress?: string) => void,
): Promise<void> {
  const { workspace, output, run } = context;
  const { host, port, allowHost: allowedHosts, allowOrigin: cors, ranking, adminPort, adminHost } = options;
  const { insecurePublicWithoutKeys } = options;
  if (workspace.isReadOnly) output.warn(READ_ONLY_SERVICE);
  const operation = operationOf(options);
  const server = createServer(engine, {
    ...{ host, port, allowedHosts, cors, ranking, workspace, insecurePublicWithoutKeys, logLevel: 'warn' },
    admin: adminPort === undefined ? undefined : { host: adminHost, port: adminPort },
    keys: await keysOf(workspace),
    audit: auditOf(workspace),
    operation,
  });
  const address = await server.listen();
  const removeRecord = await recordService(context, address);
  const onProblem = (problem: string) => output.warn(`Jobs do not run: ${problem}`);
  const scheduler = options.jobs && !workspace.isReadOnly ? await workspace.jobs.schedule({ onProblem }) : undefined;
  try {
    announce(address, server.adminAddress);
    if (!run.signal.aborted) {
      await new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    endInTime(operation);
    await scheduler?.close();
    await removeRecord();
    await server.close();
  }
}

/**
 * A request that hangs, for example in an encoder elsewhere, keeps neither the engine nor the process
 * from ending. What was acknowledged is on disk.
 */
function endInTime(operation: OperationOptions): void {
  const { seconds, delaySeconds } = operationSettings(operation).drain;
  setTimeout(() => process.exit(), (delaySeconds + seconds + CLOSE_SECONDS) * 1000).unref();
}

/** The service works without a record; only `status` does not find it. */
async function recordService({ workspace, output }: CommandContext, address: string): Promise<() => Promise<void>> {
  try {
    return await workspace.registerService(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    output.warn(withTyped(`\`lorekeep status\` will not find this service. ${reason}`));
    return async () => {};
  }
}
