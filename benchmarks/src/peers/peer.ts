/**
 * A peer is a script that stays running and answers requests as JSON lines; `peers/peer.py` is its
 * side. Imports, model loading and warm-up of the peer are therefore outside every measurement.
 */
import { spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { errors } from '../errors.ts';
import { PEER_SCRIPTS } from '../paths.ts';
import { createTail } from './tail.ts';

const CLOSE_TIMEOUT_MS = 2000;

export interface Peer {
  /**
   * Sends one request and waits for its answer. Requests are answered in order.
   * @throws LorekeepError `PEER_FAILED` with the exception of the peer, `PEER_DIED` if the peer
   *   stops before it answers
   */
  call<Result = unknown>(method: string, params?: Record<string, unknown>): Promise<Result>;
  /** Ends the peer: closes its input, and kills it after two seconds. */
  close(): Promise<void>;
}

export interface PeerOptions {
  /** Command-line arguments of the script. Default: none. */
  args?: readonly string[];
  /** Added to the environment of this process, for example `{ OMP_NUM_THREADS: '2' }`. */
  env?: Record<string, string>;
  /** Receives the peer's stderr, line by line. Default: it is kept for error messages only. */
  log?: (line: string) => void;
}

/**
 * Starts a peer and waits until its imports are done and `check` has passed. A bench calls it
 * before its first measurement, so that a missing package is found at once.
 * @param check first requests. Default: none.
 * @throws LorekeepError `PEER_DIED`, `PEER_FAILED`
 */
export async function openPeer(
  script: string,
  interpreter: string,
  options: PeerOptions = {},
  check: (peer: Peer) => Promise<void> = async () => {},
): Promise<Peer> {
  const peer = startPeer(script, interpreter, options);
  try {
    await peer.call('ready');
    await check(peer);
    return peer;
  } catch (error) {
    await peer.close();
    throw error;
  }
}

/**
 * Starts a peer without waiting for it.
 * @param script a file name in `benchmarks/peers/`, or an absolute path
 * @param interpreter the result of `peerPython`; `process.execPath` for a script in JavaScript
 * @example
 * const peer = startPeer('encode.py', await peerPython(['sentence-transformers==5.1.0']));
 * const { milliseconds } = await peer.call<{ milliseconds: number }>('encode');
 */
export function startPeer(script: string, interpreter: string, options: PeerOptions = {}): Peer {
  const { args = [], env = {}, log = () => {} } = options;
  const path = script.includes('/') ? script : join(PEER_SCRIPTS, script);
  const child = spawn(interpreter, [...(script.endsWith('.py') ? ['-u'] : []), path, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
  const name = basename(script);
  const waiting: { method: string; resolve: (value: never) => void; reject: (error: Error) => void }[] = [];
  const stderr = createTail();
  let ended: Error | undefined;
  const end = (how: string) => {
    ended ??= errors.PEER_DIED({ script: name, how, stderr: stderr.text() });
    for (const request of waiting.splice(0)) request.reject(ended);
  };
  child.on('error', (error) => end(error.message));
  const closed = new Promise<void>((resolve) => {
    child.on('close', (code, signal) => {
      end(signal === null ? `exit code ${code}` : `signal ${signal}`);
      resolve();
    });
  });
  // A dead peer leaves a broken pipe. The event 'close' reports it.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr.add(line);
    log(line);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    let answer: { result?: unknown; error?: string };
    try {
      answer = JSON.parse(line);
    } catch {
      stderr.add(line);
      return;
    }
    const request = waiting.shift();
    if (request === undefined) return;
    if (answer.error === undefined) request.resolve(answer.result as never);
    else request.reject(errors.PEER_FAILED({ script: name, method: request.method, exception: answer.error }));
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
      const kill = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(kill);
    },
  };
}
