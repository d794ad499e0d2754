/**
 * The engine over HTTP. The zod schemas validate every request and make `/openapi.json`; every
 * answer that is not a success is a problem (RFC 9457) with a stable code.
 *
 * `docs/explanation/threat-model.md` says what this service defends against, and what it leaves to others.
 */
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCode, LorekeepError } from '@lorekeep/core';
import type { MappingDescription } from '@lorekeep/datasets/mappings';
import type { Engine, RankingService } from '@lorekeep/recommender';
import type { FastifyInstance } from 'fastify';
import type { AuditLog } from '../access/audit.ts';
import { checkExposure } from '../access/exposure.ts';
import { addKeyRoutes } from '../access/key-routes.ts';
import { DEFAULT_NAMESPACE, type Keys } from '../access/keys.ts';
import type { Rate } from '../access/rate-limit.ts';
import type { Surface } from '../access/surface.ts';
import { createTargetCheck, isLoopback } from '../access/target.ts';
import { createDashboard } from '../dashboard/dashboard.ts';
import type { DashboardWorkspace } from '../dashboard/source.ts';
import type { BulkLimits } from '../ingest/limits.ts';
import { createBulkRoutes } from '../ingest/routes.ts';
import { addSnippetRoute } from '../ingest/snippet-route.ts';
import { addJobRoutes } from '../jobs/job-routes.ts';
import { createDrain } from '../operation/drain.ts';
import { createLoadShedding } from '../operation/load-shedding.ts';
import { addOperationMetrics } from '../operation/metrics.ts';
import { type OperationOptions, operationSettings } from '../operation/options.ts';
import { createStages } from '../operation/stages.ts';
import { createApp } from './app.ts';
import { errors } from './errors.ts';
import { createMetrics } from './metrics.ts';
import { addRoutes } from './routes/routes.ts';

export interface ServerOptions {
  /** Address to listen on. Default `'127.0.0.1'`: this machine only. Any other needs a key. */
  host?: string;
  /** Default 7070; 0 takes any free port. */
  port?: number;
  /**
   * Keys of clients (`loadKeys`). As soon as one was created, every route asks for one, except those
   * that are public. Default: none, so that the service listens on a loopback address only.
   */
  keys?: Keys;
  /** The namespace that is served: keys of others are refused. Default `'default'`. */
  namespace?: string;
  /**
   * Listens on any address without a key: every machine that reaches it can read, change and delete
   * everything. Only for a network in which something else authenticates. Default `false`.
   */
  insecurePublicWithoutKeys?: boolean;
  /** Origins whose pages may call the service: `['https://shop.example']`. Default: none. */
  cors?: readonly string[];
  /**
   * An address of its own for the routes of administrators, which the other then does not have. Its
   * `host` is by default `'127.0.0.1'`. Default: one address for all routes.
   */
  admin?: { host?: string; port: number };
  /** Where calls of administrators are recorded (`createAuditLog`). Default: nowhere. */
  audit?: AuditLog;
  /** Largest body in bytes. Default 1 MiB. */
  bodyLimit?: number;
  /** Requests that all clients may send together; more are answered 429 `SHOP_RATE`. Default: any number. */
  rate?: Rate;
  /**
   * Whether `/metrics` has memory, event loop and garbage collection of the process. Default `true`.
   */
  processMetrics?: boolean;
  /**
   * Host names that requests may use beside the loopback addresses, against DNS rebinding; `['*']`
   * for any. Default: `host`; any name if `host` is not a loopback address.
   */
  allowedHosts?: readonly string[];
  /** pino's level for the log on stderr: `'trace'` … `'fatal'`, `'silent'`. Default `'info'`. */
  logLevel?: string;
  /**
   * Longest time a client may take to send a request, in ms. Default 30,000. Checked every second.
   */
  requestTimeout?: number;
  /**
   * How often to check for a newly published version, and switch to it, in ms; 0 for never. Default
   * 2,000.
   */
  watchInterval?: number;
  /** Rankers and knowledge, for a service without an engine. Default: those of the engine. */
  ranking?: RankingService;
  /**
   * The workspace that is served, for the page at `/` and what it reads (`/v1/admin/…`). Default:
   * none, and these routes answer `WORKSPACE_NOT_GIVEN`.
   */
  workspace?: DashboardWorkspace;
  /**
   * Limits of an upload of `/v1/bulk/…`. Default: a line of 1 MiB, 1,000,000 lines, 1 GiB after
   * decompression, one hour; 64 uploads at once.
   */
  bulk?: Partial<BulkLimits>;
  /**
   * Mappings of events of other programs, by the name that `?format=` has, beside those of
   * `@lorekeep/datasets/mappings`; one with the same name replaces it. Default: none.
   */
  mappings?: Readonly<Record<string, MappingDescription>>;
  /** How the service stops, and what it refuses under load. Default: `OperationOptions`. */
  operation?: OperationOptions;
}

export interface Server {
  /**
   * Starts to listen. Resolves with the base address, `http://127.0.0.1:7070`.
   * @throws LorekeepError `SERVER_CANNOT_LISTEN`, `KEYS_REQUIRED`
   */
  listen(): Promise<string>;
  /** The base address of the routes of administrators, while it listens. */
  readonly adminAddress: string | undefined;
  /**
   * In place of `listen`, for a program that listens itself, such as a host of many shops: starts
   * everything else, and resolves with what answers requests.
   */
  attach(): Promise<AttachedServer>;
  /**
   * Stops to listen, finishes requests in progress within `operation.drain`, then resolves. The engine
   * stays open.
   */
  close(): Promise<void>;
}

/** What answers the requests that another server receives. */
export interface AttachedServer {
  main: RequestListener;
  /** The routes of administrators, if they have an address of their own. */
  admin: RequestListener | undefined;
  /** As `/metrics` tells them. */
  metrics(): Promise<string>;
}

interface Listener {
  app: FastifyInstance;
  host: string;
  port: number;
}

/**
 * The service of one engine. A promise of an engine may be given, so that `/healthz` answers while
 * it is still loading: until then every other route answers 503 `ENGINE_NOT_READY`. Without an engine,
 * the service only ranks and serves knowledge; every route that needs one answers `ENGINE_MISSING`.
 * @throws LorekeepError `CORS_ORIGIN`, `OPTION_UNKNOWN`, `OPTION_INVALID`
 * @example
 * const server = createServer(openEngine({ workspace, store, encoder }));
 * console.log(await server.listen());
 */
export function createServer(engine: Engine | Promise<Engine> | undefined, options: ServerOptions = {}): Server {
  const { host = '127.0.0.1', port = 7070, watchInterval = 2_000, keys, ranking, admin } = options;
  let ready: Engine | undefined;
  let failure: unknown;
  const { drain: draining, load: limits } = operationSettings(options.operation);
  const drain = createDrain();
  const metrics = createMetrics(
    () => ready,
    () => ranking?.stats() ?? ready?.stats().ranking,
    options,
  );
  const load = createLoadShedding(limits, (requests, reason) => countShed(requests, reason));
  const countShed = addOperationMetrics(metrics.registry, load);
  const addStages = createStages(metrics.registry);
  const live = (): Engine => {
    if (ready !== undefined) return ready;
    if (engine === undefined) throw errors.ENGINE_MISSING();
    throw failure === undefined
      ? errors.ENGINE_NOT_READY()
      : errors.ENGINE_LOAD_FAILED({ code: errorCode(failure) }, failure);
  };

  const workspace = () => {
    if (options.workspace === undefined) throw errors.WORKSPACE_NOT_GIVEN();
    return options.workspace;
  };
  const { bulk, mappings, requestTimeout: stallMs = 30_000 } = options;
  const bulkRoutes = createBulkRoutes({
    live,
    metrics,
    limits: bulk,
    mappings,
    stallMs,
    isClosing: () => drain.isClosing,
  });
  const dashboard = createDashboard({ workspace, live, engine: () => ready });

  function listener(surface: Surface, at: { host: string; port: number }): Listener {
    const { bodyLimit = 2 ** 20, requestTimeout = 30_000, logLevel = 'info', cors = [], audit } = options;
    const { namespace = DEFAULT_NAMESPACE, insecurePublicWithoutKeys = false, allowedHosts, rate } = options;
    const isOpen = isLoopback(at.host) || insecurePublicWithoutKeys;
    const app = createApp({
      ...{ bodyLimit, requestTimeout, logLevel, cors, surface, metrics },
      guard: { keys, namespace, isOpen, audit, rate },
      ...{ drain, load },
      checkTarget: createTargetCheck(at.host, allowedHosts),
    });
    addStages(app);
    dashboard.addTo(app);
    app.register(async (routes) => {
      addRoutes(routes, { live, ranking: () => ranking ?? live(), metrics });
      addKeyRoutes(routes, { keys, namespace });
      addJobRoutes(routes, workspace);
    });
    app.register(bulkRoutes);
    app.register(addSnippetRoute);
    return { app, ...at };
  }

  const main = listener(admin === undefined ? 'all' : 'service', { host, port });
  const { log } = main.app;
  const ofAdmin =
    admin === undefined ? undefined : listener('admin', { host: admin.host ?? '127.0.0.1', port: admin.port });
  const listeners = ofAdmin === undefined ? [main] : [main, ofAdmin];
  Promise.resolve(engine).then(
    (loaded) => {
      ready = loaded;
      log.info(loaded?.stats() ?? {}, 'ready');
    },
    (error: unknown) => {
      failure = error;
      log.error({ err: error }, 'the model could not be loaded');
    },
  );

  let watching: NodeJS.Timeout | undefined;
  let lastFailure: string | undefined;
  /** A version that cannot be loaded is logged once. The live version stays. */
  async function watch(): Promise<void> {
    try {
      if (await (ready ?? ranking)?.reload()) log.info((ready ?? ranking)?.stats(), 'switched to another version');
      lastFailure = undefined;
    } catch (error) {
      if (errorCode(error) !== lastFailure) log.error({ err: error }, 'the newly published version cannot be served');
      lastFailure = errorCode(error);
    }
    if (watching !== undefined) watching = setTimeout(watch, watchInterval).unref();
  }

  function startToWatch(): void {
    if (watchInterval > 0) watching = setTimeout(watch, watchInterval).unref();
  }

  async function close(): Promise<void> {
    clearTimeout(watching);
    watching = undefined;
    const cut = await drain.run(draining);
    if (cut > 0) log.warn({ requests: cut }, 'requests in progress were cut when the time to stop was over');
    load.stop();
    await dashboard.close();
  }

  return {
    async listen() {
      if (!options.insecurePublicWithoutKeys) for (const at of listeners) await checkExposure(at.host, keys);
      // One of two listeners alone would keep the process alive.
      for (const one of listeners) await listenAt(one).catch((error) => close().then(() => Promise.reject(error)));
      startToWatch();
      return addressOf(main);
    },
    async attach() {
      for (const { app } of listeners) await app.ready();
      startToWatch();
      return { main: main.app.routing, admin: ofAdmin?.app.routing, metrics: metrics.text };
    },
    get adminAddress() {
      return ofAdmin?.app.server.listening ? addressOf(ofAdmin) : undefined;
    },
    close,
  };
}

async function listenAt({ app, host, port }: Listener): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (error instanceof LorekeepError) throw error;
    throw errors.SERVER_CANNOT_LISTEN({ host, port, code: errorCode(error) }, error);
  }
}

function addressOf({ app }: Listener): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
