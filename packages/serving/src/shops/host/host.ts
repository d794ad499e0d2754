/**
 * A process with many shops. It listens, passes the requests of a shop on to that shop, and has routes
 * of its own for administrators: list, create and delete shops. Each shop is an ordinary service under
 * the path `/shops/NAME/`: the same routes, the same page, the same answers.
 */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { errorCode } from '@lorekeep/core';
import type { FastifyInstance } from 'fastify';
import { createAuditLog } from '../../access/audit.ts';
import { checkExposure } from '../../access/exposure.ts';
import { addKeyRoutes } from '../../access/key-routes.ts';
import { DEFAULT_NAMESPACE, type Keys, loadKeys } from '../../access/keys.ts';
import type { Surface } from '../../access/surface.ts';
import { createTargetCheck, isLoopback } from '../../access/target.ts';
import { createApp, requestId } from '../../http/app.ts';
import { errors as servingErrors } from '../../http/errors.ts';
import { createMetrics } from '../../http/metrics.ts';
import { answerClientError, answerUnusualRequests, nodeServerOptions } from '../../http/node-server.ts';
import { createServer as createService, type Server } from '../../http/server.ts';
import { createDrain } from '../../operation/drain.ts';
import { createLoadShedding } from '../../operation/load-shedding.ts';
import { operationSettings } from '../../operation/options.ts';
import { AUDIT_FILE, type ShopServerOptions } from '../loaded-shop.ts';
import { openShops, type Shops, type ShopsOptions } from '../shops.ts';
import { createDoorkeeper } from './doorkeeper.ts';
import { createFront } from './front.ts';
import { createHostMetrics } from './metrics.ts';
import { addHostRoutes } from './routes.ts';

/** The names and the meaning are those of `ServerOptions`, for the host and for all shops. */
export interface HostOptions
  extends ShopServerOptions,
    Pick<ShopsOptions, 'maxShops' | 'maxLoaded' | 'idleAfter' | 'threads'> {
  /** Default 7070; 0 takes any free port. */
  port?: number;
}

export interface Host extends Omit<Server, 'attach'> {
  readonly shops: Shops;
  /** Of the host (namespace `default`) and of all shops (the name of the shop). */
  readonly keys: Keys;
}

/** As Fastify's own servers have it, in ms. */
const KEEP_ALIVE = 72_000;

interface Listener {
  server: HttpServer;
  app: FastifyInstance;
  host: string;
  port: number;
  /** Answers in progress. */
  open: Set<{ headersSent: boolean; setHeader(name: string, value: string): unknown }>;
}

/**
 * Opens a folder of shops, which is created if there is none, to be served. Keys and the audit log of
 * the host are in the folder: `keys.jsonl`, `audit.jsonl`.
 * @throws LorekeepError `SHOPS_OPTION`, `SHOPS_MISSING`, `KEYS_DAMAGED`, `PATH_…`, `CORS_ORIGIN`
 * @example
 * const host = await openHost('shops', { port: 7070, maxLoaded: 50 });
 * await host.shops.create('garden', { items: 10_000 });
 * console.log(await host.listen()); // http://127.0.0.1:7070, with the shop at /shops/garden/
 */
export async function openHost(dir: string, options: HostOptions = {}): Promise<Host> {
  const { host = '127.0.0.1', port = 7070, admin, insecurePublicWithoutKeys = false, allowedHosts } = options;
  const { cors = [], logLevel = 'info', requestTimeout = 30_000, watchInterval } = options;
  const { maxShops, maxLoaded, idleAfter, threads } = options;
  const { operation } = options;
  const serverOptions = {
    ...{ host, admin, insecurePublicWithoutKeys, allowedHosts, cors, logLevel, requestTimeout, operation },
  };
  const load = createLoadShedding(operationSettings(operation).load, () => {});
  let closing = false;
  let log: FastifyInstance['log'] | undefined;
  const onFailure = (shop: string, error: unknown) => log?.error({ err: error, shop }, 'a shop failed');
  const keys = await loadKeys(join(dir, 'keys.jsonl'));
  const shops = await openShops(dir, {
    ...{ maxShops, maxLoaded, idleAfter, threads, onFailure },
    keys,
    server: { ...serverOptions, watchInterval },
  });
  const own = createMetrics(
    () => undefined,
    () => undefined,
  );
  const metrics = createHostMetrics(shops, own);
  const stranger = createService(undefined, {
    ...serverOptions,
    // It is asked only where a key is needed.
    keys: { ...keys, exist: async () => true },
    watchInterval: 0,
    processMetrics: false,
  });
  const forStrangers = await stranger.attach();

  async function listener(surface: Surface, at: { host: string; port: number }): Promise<Listener> {
    const isOpen = isLoopback(at.host) || insecurePublicWithoutKeys;
    const checkTarget = createTargetCheck(at.host, allowedHosts);
    const app = createApp({
      ...{ bodyLimit: 2 ** 20, requestTimeout, logLevel, cors, surface, metrics: own, checkTarget },
      guard: { keys, namespace: DEFAULT_NAMESPACE, isOpen, audit: createAuditLog(join(dir, AUDIT_FILE)) },
      // The front counts the requests of all shops, and each shop sheds its own load.
      drain: createDrain(),
      load,
    });
    app.register(async (routes) => {
      addHostRoutes(routes, { shops, keys, metrics });
      addKeyRoutes(routes, { keys, namespace: DEFAULT_NAMESPACE });
    });
    await app.ready();
    const of = surface === 'admin' ? 'admin' : 'main';
    const front = createFront({
      ...{ shops, checkTarget, onFailure },
      host: app.routing,
      stranger: forStrangers[of]!,
      doorkeeper: createDoorkeeper({ keys, isOpen, pathOf: shops.pathOf, onFailure }),
      of: (server) => server[of]!,
      isClosing: () => closing,
    });
    const open: Listener['open'] = new Set();
    const server = createServer({ ...nodeServerOptions(requestTimeout), keepAliveTimeout: KEEP_ALIVE });
    server.on('request', (request, response) => {
      open.add(response);
      response.once('close', () => open.delete(response));
      front(request, response);
    });
    server.on('clientError', answerClientError);
    answerUnusualRequests(server, requestId);
    return { server, app, open, ...at };
  }

  const main = await listener(admin === undefined ? 'all' : 'service', { host, port });
  log = main.app.log;
  const ofAdmin =
    admin === undefined ? undefined : await listener('admin', { host: admin.host ?? '127.0.0.1', port: admin.port });
  const listeners = ofAdmin === undefined ? [main] : [main, ofAdmin];
  let ending: Promise<void> | undefined;

  async function end(): Promise<void> {
    closing = true;
    await Promise.all(listeners.map(stopListening));
    await shops.close();
    await stranger.close();
    await Promise.all(listeners.map(({ app }) => app.close()));
    load.stop();
  }

  function close(): Promise<void> {
    ending ??= end();
    return ending;
  }

  return {
    ...{ shops, keys, close },
    async listen() {
      if (!insecurePublicWithoutKeys) for (const at of listeners) await checkExposure(at.host, keys);
      for (const one of listeners) await listenAt(one).catch((error) => close().then(() => Promise.reject(error)));
      return addressOf(main);
    },
    get adminAddress() {
      return ofAdmin?.server.listening ? addressOf(ofAdmin) : undefined;
    },
  };
}

async function listenAt({ server, host, port }: Listener): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: Error) =>
    reject(servingErrors.SERVER_CANNOT_LISTEN({ host, port, code: errorCode(error) }, error));
  server.once('error', fail);
  server.listen({ host, port }, resolve);
  await promise;
  server.off('error', fail);
}

/** Resolves when the requests in progress are answered. */
function stopListening({ server, open }: Listener): Promise<void> {
  // A kept-alive connection whose request was in progress would otherwise stay until it times out.
  for (const response of open) if (!response.headersSent) response.setHeader('connection', 'close');
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

function addressOf({ server }: Listener): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
