/** The engine over the live version, for the commands that query it or serve it. */

import type { Engine, RankingService } from '@lorekeep/recommender';
import { createServer } from '@lorekeep/serving';
import { auditOf, keysOf } from './access.ts';
import type { CommandContext } from './context.ts';
import { withTyped } from './guidance/invocation.ts';
import type { ExposureOptions } from './options/serving-options.ts';
import { storePlace } from './paths.ts';
import { startSimulation } from './simulation/simulation.ts';

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

export interface ServingOptions extends Partial<ExposureOptions> {
  host: string;
  port: number;
  /** For a service without an engine. */
  ranking?: RankingService;
  /** Simulated users visit. Default false. */
  simulate?: boolean;
}

/** Serves until the run is aborted. Requests in progress are finished first. */
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
  const server = createServer(engine, {
    ...{ host, port, allowedHosts, cors, ranking, workspace, insecurePublicWithoutKeys, logLevel: 'warn' },
    admin: adminPort === undefined ? undefined : { host: adminHost, port: adminPort },
    keys: await keysOf(workspace),
    audit: auditOf(workspace),
  });
  const address = await server.listen();
  const removeRecord = await recordService(context, address);
  const stopSimulation = options.simulate ? startSimulation(context, address) : undefined;
  try {
    announce(address, server.adminAddress);
    if (!run.signal.aborted) {
      await new Promise<void>((resolve) => run.signal.addEventListener('abort', () => resolve(), { once: true }));
    }
  } finally {
    await stopSimulation?.();
    await removeRecord();
    await server.close();
  }
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
