/** The engine over the live version, for the commands that query it or serve it. */

import type { Engine } from '@lorekeep/recommender';
import { createServer } from '@lorekeep/serving';
import type { CommandContext } from './context.ts';

/** Runs `use` with the engine and closes it afterwards. */
export async function withEngine<T>(
  { workspace, run }: CommandContext,
  { threads }: { threads?: number },
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await workspace.engine({ ...run, threads });
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Serves until `signal` is aborted. Requests in progress are finished first. */
export async function serveUntilStopped(
  engine: Engine,
  { host, port, allowedHosts }: { host: string; port: number; allowedHosts?: readonly string[] },
  signal: AbortSignal,
  announce: (address: string) => void,
): Promise<void> {
  const server = createServer(engine, { host, port, allowedHosts, logLevel: 'warn' });
  announce(await server.listen());
  if (!signal.aborted) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await server.close();
}
