/**
 * A connection to Redis or to a Redis Cluster, by the client of the Redis project
 * (`@redis/client`, which has no dependencies). It is optional and loaded when it is needed.
 *
 * The client writes all commands that are given to it in one turn of the event loop together, for each
 * node, so a batch is one round trip. Every call has a timeout here: a command of the client that waits
 * for a node would else wait with it. Replies are bytes.
 */
import { withOptionalPackage } from '@lorekeep/core';
import { errors } from '../../../errors.ts';
import type { RedisAddress } from './address.ts';

const PACKAGE = '@redis/client';
/** Commands that wait for one node. More means that it does not answer. */
const MAX_WAITING = 200_000;
const MAX_RECONNECT_MS = 500;

export type Argument = string | Buffer;

export interface RedisCommand {
  /** Decides the node. */
  key: string;
  isReadonly: boolean;
  /** Name, then arguments. */
  arguments: Argument[];
}

export interface RedisConnection {
  /**
   * Sends commands together.
   *
   * @returns their replies, in order
   * @throws LorekeepError `KNOWLEDGE_STORE_UNAVAILABLE`
   */
  send(commands: readonly RedisCommand[]): Promise<unknown[]>;
  /** Every key of every node that matches a pattern, in batches. A key may come twice. */
  scan(pattern: string): AsyncGenerator<string[]>;
  close(): Promise<void>;
}

interface Client {
  on(event: 'error', listener: () => void): void;
  connect(): Promise<unknown>;
  destroy(): void;
}
interface NodeClient extends Client {
  sendCommand(parts: readonly Argument[], options?: object): Promise<unknown>;
}
interface ClusterClient extends Client {
  readonly masters: object[];
  nodeClient(node: object): NodeClient | Promise<NodeClient>;
  sendCommand(key: string, isReadonly: boolean, parts: readonly Argument[], options?: object): Promise<unknown>;
}
interface Library {
  createClient(options: object): NodeClient;
  createCluster(options: object): ClusterClient;
  RESP_TYPES: { BLOB_STRING: number };
}

function loadLibrary(): Library {
  try {
    return withOptionalPackage<Library, Library>(PACKAGE, import.meta.url, (library) => library);
  } catch (error) {
    throw errors.KNOWLEDGE_ADAPTER_MISSING({ package: PACKAGE, install: `Install ${PACKAGE} 6.3.1.` }, error);
  }
}

/** @throws LorekeepError `KNOWLEDGE_ADAPTER_MISSING`, `KNOWLEDGE_STORE_UNAVAILABLE` */
export async function connectRedis(address: RedisAddress, timeoutMs: number): Promise<RedisConnection> {
  const library = loadLibrary();
  const { username, password, database, label } = address;
  const options = {
    RESP: 2,
    ...(username && { username }),
    ...(password && { password }),
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_WAITING,
  };
  const socket = {
    ...(address.tls && { tls: true }),
    connectTimeout: timeoutMs,
    reconnectStrategy: (retries: number) => Math.min(20 * 2 ** retries, MAX_RECONNECT_MS),
  };
  // The client would start one timer for each command; here one timer is for all of a batch.
  const commandOptions = { timeout: undefined };
  const bytes = { typeMapping: { [library.RESP_TYPES.BLOB_STRING]: Buffer }, timeout: undefined };

  let client: Client;
  let one: (command: RedisCommand) => Promise<unknown>;
  let nodes: () => Promise<NodeClient[]>;
  if (address.isCluster) {
    const cluster = library.createCluster({
      RESP: 2,
      rootNodes: address.nodes.map(({ host, port }) => ({ ...options, socket: { ...socket, host, port } })),
      defaults: { ...options, socket },
      commandOptions,
      topologyRefreshOnReconnectionAttemptStrategy: 2 * MAX_RECONNECT_MS,
    });
    one = ({ key, isReadonly, arguments: parts }) => cluster.sendCommand(key, isReadonly, parts, bytes);
    nodes = () => Promise.all(cluster.masters.map((node) => cluster.nodeClient(node)));
    client = cluster;
  } else {
    const [{ host, port }] = address.nodes;
    const single = library.createClient({ ...options, database, commandOptions, socket: { ...socket, host, port } });
    one = ({ arguments: parts }) => single.sendCommand(parts, bytes);
    nodes = async () => [single];
    client = single;
  }
  // Without a listener the process would end; the command that fails reports it.
  client.on('error', () => {});

  async function within<Result>(work: Promise<Result>): Promise<Result> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([work, late]);
    } catch (error) {
      throw errors.KNOWLEDGE_STORE_UNAVAILABLE({ address: label, reason: (error as Error).message }, error);
    } finally {
      clearTimeout(timer);
    }
  }

  try {
    await within(client.connect());
  } catch (error) {
    client.destroy();
    throw error;
  }

  return {
    send: (commands) => within(Promise.all(commands.map(one))),

    async *scan(pattern) {
      for (const node of await within(nodes())) {
        let cursor = '0';
        do {
          const parts = ['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000'];
          const [next, keys] = (await within(node.sendCommand(parts, { timeout: undefined }))) as [string, string[]];
          if (keys.length > 0) yield keys;
          cursor = next;
        } while (cursor !== '0');
      }
    },

    async close() {
      client.destroy();
    },
  };
}
