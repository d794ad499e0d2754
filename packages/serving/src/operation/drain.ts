/**
 * How the service stops so that no client notices:
 *
 * 1. `/readyz` answers 503 from now on. For `delaySeconds` everything else goes on, so that a load
 *    balancer can move on.
 * 2. The listeners close. Requests in progress finish. A request that arrives on a connection that is
 *    already open is answered too: its client cannot know that the service stops. Every answer closes
 *    its connection.
 * 3. When all is quiet, or when `seconds` are over, what is left is closed.
 */
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { recommenderErrors } from '@lorekeep/recommender';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OperationSettings } from './options.ts';

/** A request that was under way when the listener closed arrives within this time. */
const QUIET_MS = 100;
const LOOK_MS = 10;

export interface Drain {
  /** Counts the requests of an address. Call it before other hooks are added. */
  addTo(app: FastifyInstance): void;
  /**
   * Resolves when all connections are closed, at the latest after `delaySeconds` and `seconds`. A
   * second call waits for the first.
   * @returns requests that were cut because the time was over
   */
  run(settings: OperationSettings['drain']): Promise<number>;
}

export function createDrain(): Drain {
  const apps: FastifyInstance[] = [];
  let phase: 'open' | 'stopping' | 'closing' = 'open';
  let inProgress = 0;
  let lastArrival = 0;
  let running: Promise<number> | undefined;

  const isRefused = ({ routeOptions }: FastifyRequest) =>
    phase === 'closing' || (phase === 'stopping' && routeOptions.url === '/readyz');

  async function untilQuiet(deadline: number): Promise<void> {
    lastArrival = performance.now();
    for (;;) {
      const now = performance.now();
      if (now >= deadline || (inProgress === 0 && now - lastArrival >= QUIET_MS)) return;
      await pause(LOOK_MS);
    }
  }

  async function run({ seconds, delaySeconds }: OperationSettings['drain']): Promise<number> {
    phase = 'stopping';
    const wasListening = apps.some(({ server }) => server.listening);
    if (wasListening && delaySeconds > 0) await pause(delaySeconds * 1000);
    const deadline = performance.now() + seconds * 1000;
    // `close` of an HTTP server would also close connections on which a request is about to arrive.
    for (const { server } of apps) if (server.listening) NetServer.prototype.close.call(server);
    if (wasListening) await untilQuiet(deadline);
    phase = 'closing';
    let cut = 0;
    const timer = setTimeout(
      () => {
        cut = inProgress;
        for (const { server } of apps) server.closeAllConnections();
      },
      Math.max(0, deadline - performance.now()),
    );
    await Promise.all(apps.map((app) => app.close()));
    clearTimeout(timer);
    return cut;
  }

  return {
    addTo(app) {
      apps.push(app);
      app.addHook('onRequest', async (request, reply) => {
        inProgress++;
        lastArrival = performance.now();
        reply.raw.once('close', () => {
          inProgress--;
        });
        if (isRefused(request)) throw recommenderErrors.ENGINE_CLOSED();
      });
      app.addHook('onSend', async (_, reply) => {
        if (phase !== 'open') reply.header('connection', 'close');
      });
    },
    run(settings) {
      running ??= run(settings);
      return running;
    },
  };
}
