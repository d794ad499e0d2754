/** The HTTP service until it is asked to stop. */

import type { Engine } from '@lorekeep/recommender';
import { createServer } from '@lorekeep/serving';
import type { StageContext } from '../workspace.ts';

export interface ServeStageOptions {
  host: string;
  port: number;
}

/** Resolves when `context.signal` has stopped the service; requests in progress are finished first. */
export async function serveStage(
  context: StageContext,
  engine: Engine,
  { host, port }: ServeStageOptions,
  announce: (address: string) => void,
): Promise<void> {
  const server = createServer(engine, { host, port, logLevel: 'warn' });
  const address = await server.listen();
  announce(address);
  if (!context.signal.aborted) {
    await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve(), { once: true }));
  }
  await server.close();
}
