/**
 * Real Redis processes for tests and benches: one server, or a cluster. The program is the one on the
 * PATH, or the one that `pnpm extras` has put into `.extras/redis`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const EXTRA = fileURLToPath(new URL('../../../../.extras/redis', import.meta.url));
const SLOTS = 16_384;
const START_MS = 30_000;
/** A cluster uses a second port, 10,000 above the first. */
const CLUSTER_PORT_LIMIT = 55_000;

export interface RedisProgram {
  command: string;
  env: NodeJS.ProcessEnv;
}

/** `undefined` if there is none. */
export function findRedis(): RedisProgram | undefined {
  const command = join(EXTRA, 'usr/bin/redis-server');
  const libraries = globSync(join(EXTRA, 'usr/lib/*-linux-gnu*'));
  const programs = [
    { command: 'redis-server', env: process.env },
    { command, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } },
  ];
  return programs.find(
    ({ command: name, env }) =>
      (name === 'redis-server' || existsSync(name)) && spawnSync(name, ['--version'], { env }).status === 0,
  );
}

export interface RedisNode {
  readonly port: number;
  /** As kill -9. */
  kill(): Promise<void>;
  /** Stops the process without ending it; `resume` continues it. */
  pause(): void;
  resume(): void;
  /** Starts a killed node again, with its data. */
  restart(): Promise<void>;
}

export interface RedisServers {
  /** For `openKnowledgeStore`. */
  readonly url: string;
  readonly nodes: readonly RedisNode[];
  /** Sends one command to a node and returns the first line of its reply. */
  command(node: number, ...parts: string[]): Promise<string>;
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** More than one makes a cluster without replicas. Default 1. */
  nodes?: number;
  /** Whether every write is on the disk before it is acknowledged. Default false. */
  durable?: boolean;
}

/** Starts servers in a folder of their own, on ports that are free. */
export async function startRedis(
  program: RedisProgram,
  { nodes: count = 1, durable = false }: RedisServerOptions = {},
): Promise<RedisServers> {
  const root = await mkdtemp(join(tmpdir(), 'lorekeep-redis-'));
  const isCluster = count > 1;
  const nodes: (RedisNode & { start(): Promise<void> })[] = [];
  const close = async () => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(root, { recursive: true, force: true });
  };
  try {
    for (let at = 0; at < count; at++) {
      const node = createNode(program, join(root, String(at)), await freePort(), isCluster, durable);
      await mkdir(join(root, String(at)));
      nodes.push(node);
      await node.start();
    }
    if (isCluster) await joinCluster(nodes.map(({ port }) => port));
  } catch (error) {
    await close();
    throw error;
  }
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `${isCluster ? 'redis+cluster' : 'redis'}://${hosts}`,
    nodes,
    command: (node, ...parts) => command(nodes[node].port, parts),
    close,
  };
}

function createNode(program: RedisProgram, folder: string, port: number, isCluster: boolean, durable: boolean) {
  let child: ChildProcess | undefined;
  const parts = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning'];
  if (durable) parts.push('--appendonly', 'yes', '--appendfsync', 'always');
  if (isCluster)
    parts.push('--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '2000');
  const start = async () => {
    child = spawn(program.command, parts, { env: program.env, stdio: 'ignore' });
    await until(async () => (await command(port, ['PING'])) === '+PONG', `Redis on port ${port}`);
  };
  return {
    port,
    start,
    restart: start,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGKILL');
      await exited;
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
  };
}

async function joinCluster(ports: number[]): Promise<void> {
  for (const [at, port] of ports.entries()) {
    const [first, last] = [at, at + 1].map((step) => Math.floor((step * SLOTS) / ports.length));
    await command(port, ['CLUSTER', 'ADDSLOTSRANGE', String(first), String(last - 1)]);
    if (at > 0) await command(port, ['CLUSTER', 'MEET', '127.0.0.1', String(ports[0])]);
  }
  for (const port of ports) await until(() => knowsAll(port, ports.length), 'the cluster');
}

async function knowsAll(port: number, count: number): Promise<boolean> {
  const info = await command(port, ['CLUSTER', 'INFO'], true);
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`);
}

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isTrue().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${what} did not start within ${START_MS} ms`);
    await sleep(50);
  }
}

/** The first line of the reply; with `whole` everything that comes at once. */
function command(port: number, parts: string[], whole = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      const text = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('');
      socket.write(`*${parts.length}\r\n${text}`);
    });
    socket.setTimeout(2000, () => socket.destroy(new Error('no reply')));
    socket.on('error', reject);
    socket.on('data', (data) => {
      socket.destroy();
      resolve(whole ? data.toString() : data.toString().split('\r\n')[0]);
    });
  });
}

async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address !== null && typeof address === 'object' && address.port < CLUSTER_PORT_LIMIT) return address.port;
  }
}
