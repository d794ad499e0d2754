/**
 * Peers: the well-known libraries we are measured against. Python ones live in their own virtual environment under
 * `.peers/` (git-ignored), made on first use from pinned requirements and reused afterwards. A peer is a script that
 * stays running and answers requests as JSON lines (`peers/peer.py` is its side), so that its imports, model loading
 * and warm-up never fall inside a measurement.
 *
 * `LOREKEEP_PEER_PYTHON=/path/to/python` uses that interpreter as it is and installs nothing. Packages of npm are installed
 * likewise, in a folder of their own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@lorekeep/core';
import { peerDied, peerFailed, peerPythonMissing, peerSetupFailed } from './errors.ts';

const PEERS_DIRECTORY = fileURLToPath(new URL('../../.peers', import.meta.url));
const SCRIPTS_DIRECTORY = fileURLToPath(new URL('../peers', import.meta.url));
const STDERR_LINES_KEPT = 30;

export interface PeerPythonOptions {
  /** Where environments are kept. Default: `.peers` at the root of the repository. */
  directory?: string;
  /** Environment variable that names an interpreter to use as it is. Default `LOREKEEP_PEER_PYTHON`. */
  variable?: string;
  /** Progress (pip's own lines included). Default: nobody listens. */
  log?: (line: string) => void;
}

/**
 * The path of a Python that has these requirements.
 * @param requirements pinned, as pip takes them: `['torch==2.9.0', 'sentence-transformers==5.1.0']`; `[]` for a bare one
 * @throws LorekeepError `PEER_PYTHON_MISSING` where no Python 3 runs, `PEER_SETUP_FAILED` with pip's last lines
 */
export async function peerPython(requirements: readonly string[], options: PeerPythonOptions = {}): Promise<string> {
  const { directory = PEERS_DIRECTORY, variable = 'LOREKEEP_PEER_PYTHON', log = () => {} } = options;
  const override = process.env[variable];
  if (override) {
    await execute([override, '--version'], log).catch((error) => {
      throw peerPythonMissing([override], error);
    });
    return override;
  }
  const environment = join(directory, sha256([...requirements].sort().join('\n')).slice(0, 16));
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const marker = join(environment, 'complete.json');
  if (existsSync(marker)) return python;

  await mkdir(directory, { recursive: true });
  const release = await acquireLock(`${environment}.lock`, log);
  try {
    if (existsSync(marker)) return python;
    await rm(environment, { recursive: true, force: true });
    const base = await findPython(log);
    log(`making a Python environment for ${requirements.join(', ') || 'a bare peer'} (once)`);
    await execute([base, '-m', 'venv', environment], log);
    if (requirements.length > 0) {
      const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
      await execute([python, ...pip, ...requirements], log);
    }
    await writeFile(marker, `${JSON.stringify({ requirements: [...requirements].sort() })}\n`);
  } finally {
    await release();
  }
  return python;
}

async function findPython(log: (line: string) => void): Promise<string> {
  const candidates = ['python3', 'python'];
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      await execute(
        [candidate, '-c', 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10), sys.version'],
        log,
      );
      return candidate;
    } catch (error) {
      cause = error;
    }
  }
  throw peerPythonMissing(candidates, cause);
}

/** Two benches started together must not fill one environment at once. The lock dies with the process that holds it. */
async function acquireLock(path: string, log: (line: string) => void): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
    else if (attempt === 0) log('waiting for another bench that is making the same Python environment');
    await sleep(500);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function execute(command: string[], log: (line: string) => void): Promise<void> {
  const child = spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      keepTail(tail, line);
      log(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw peerSetupFailed(command.join(' '), tail.join('\n'));
}

function keepTail(tail: string[], line: string): void {
  tail.push(line);
  if (tail.length > STDERR_LINES_KEPT) tail.shift();
}

export interface Peer {
  /**
   * Sends one request and waits for its answer; requests are answered in order.
   * @throws LorekeepError `PEER_FAILED` with the peer's own exception, `PEER_DIED` if it stops before answering
   */
  call<Result = unknown>(method: string, params?: Record<string, unknown>): Promise<Result>;
  /** Ends the peer: closes its input, and after two seconds kills it. */
  close(): Promise<void>;
}

export interface StartPeerOptions {
  /** Command-line arguments of the script. Default none. */
  args?: readonly string[];
  /** Added to this process's environment: `{ OMP_NUM_THREADS: '2' }`. */
  env?: Record<string, string>;
  /** The peer's stderr, line by line. Default: kept only for error messages. */
  log?: (line: string) => void;
}

/**
 * The folder under whose `node_modules` these packages lie. As with Python: made once, by npm, outside the product's own
 * dependencies; no install script runs.
 * @param requirements pinned: `['@huggingface/transformers@4.3.1']`
 * @throws LorekeepError `PEER_SETUP_FAILED` with npm's last lines
 */
export async function peerPackages(requirements: readonly string[], options: PeerPythonOptions = {}): Promise<string> {
  const { directory = PEERS_DIRECTORY, log = () => {} } = options;
  const folder = join(directory, sha256(['npm', ...requirements].sort().join('\n')).slice(0, 16));
  const marker = join(folder, 'complete.json');
  if (existsSync(marker)) return folder;
  await mkdir(directory, { recursive: true });
  const release = await acquireLock(`${folder}.lock`, log);
  try {
    if (existsSync(marker)) return folder;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{"private": true}\n');
    log(`installing ${requirements.join(', ')} (once)`);
    await execute(
      ['npm', 'install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...requirements],
      log,
    );
    await writeFile(marker, `${JSON.stringify({ requirements })}\n`);
  } finally {
    await release();
  }
  return folder;
}

/**
 * Starts a peer script.
 * @param script a file name in `benchmarks/peers/`, or an absolute path
 * @param interpreter what `peerPython` gave; for a script in JavaScript, `process.execPath`
 * @example
 * const peer = startPeer('sentence_transformers.py', await peerPython(['sentence-transformers==5.1.0']));
 * const { seconds } = await peer.call<{ seconds: number }>('encode', { texts });
 */
export function startPeer(script: string, interpreter: string, options: StartPeerOptions = {}): Peer {
  const { args = [], env = {}, log = () => {} } = options;
  const child = spawn(
    interpreter,
    [...(script.endsWith('.py') ? ['-u'] : []), join(script.includes('/') ? '' : SCRIPTS_DIRECTORY, script), ...args],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    },
  );
  const name = basename(script);
  const waiting: { method: string; resolve: (value: never) => void; reject: (error: Error) => void }[] = [];
  const tail: string[] = [];
  let ended: Error | undefined;
  const end = (how: string) => {
    ended ??= peerDied(name, how, tail.join('\n'));
    for (const request of waiting.splice(0)) request.reject(ended);
  };
  child.on('error', (error) => end(error.message));
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      end(signal === null ? `exit code ${code}` : `signal ${signal}`);
      resolve();
    });
  });
  // A peer that died leaves a broken pipe; what to say about it comes from its 'close'.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stderr }).on('line', (line) => {
    keepTail(tail, line);
    log(line);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    let answer: { result?: unknown; error?: string };
    try {
      answer = JSON.parse(line);
    } catch {
      keepTail(tail, line);
      return;
    }
    const request = waiting.shift();
    if (request === undefined) return;
    if (answer.error === undefined) request.resolve(answer.result as never);
    else request.reject(peerFailed(name, request.method, answer.error));
  });
  return {
    call(method, params = {}) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        waiting.push({ method, resolve, reject });
        child.stdin.write(`${JSON.stringify({ method, params })}\n`);
      });
    },
    async close() {
      child.stdin.end();
      const kill = setTimeout(() => child.kill('SIGKILL'), 2000);
      await closed;
      clearTimeout(kill);
    },
  };
}
