/** Runs the command line and the service in processes of their own, for checks that kill them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openWorkspace } from '../../packages/workspace/src/index.ts';

const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url));

export function start(words: string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** @returns the exit code; `null` if it was killed */
export async function ended(child: ChildProcess): Promise<number | null> {
  child.stdout?.resume();
  child.stderr?.resume();
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  await once(child, 'exit');
  return child.exitCode;
}

/** A service on a port, once it listens. */
export async function serve(dir: string, port: number): Promise<ChildProcess> {
  const child = start(['serve', '--workspace', dir, '--port', String(port)]);
  let said = '';
  child.stderr!.on('data', (piece) => (said += piece));
  for await (const line of createInterface({ input: child.stdout! })) {
    if (JSON.parse(line).event !== 'listening') continue;
    child.stdout!.resume();
    return child;
  }
  throw new Error(`the service did not start: ${said}`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A small published shop. */
export async function makeShop(dir: string): Promise<void> {
  await using workspace = await openWorkspace(dir, { create: true });
  await workspace.importSimulatedShop({ events: 2000, users: 60, items: 80 });
  await workspace.encode({ model: 'lexical' });
  await workspace.train({ preset: 'linear' });
  await workspace.publish();
}

/** A process that writes to the service on `port`, and notes what was acknowledged in `file`. */
export function startWriter(port: number, file: string): ChildProcess {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  return spawn(process.execPath, [script, String(port), file], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Kills at a random moment of the next `ms`, unless the process ends before. */
export async function killWithin(child: ChildProcess, ms: number): Promise<number | null> {
  const stop = new AbortController();
  void pause(Math.random() * ms, undefined, { signal: stop.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  const code = await ended(child);
  stop.abort();
  return code;
}
