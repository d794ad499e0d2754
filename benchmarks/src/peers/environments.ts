/**
 * Where the packages of peers are installed: under `.peers/` (git-ignored), outside the
 * dependencies of the product. An environment is created on first use from pinned requirements and
 * reused afterwards. An incomplete one is deleted and created again.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '@lorekeep/core';
import { errors } from '../errors.ts';
import { PEERS } from '../paths.ts';
import { createTail } from './tail.ts';

export interface EnvironmentOptions {
  /** Folder of the environments. Default: `.peers` at the root of the checkout. */
  directory?: string;
  /**
   * Python only: environment variable that names an interpreter to use without installing anything.
   * Default `LOREKEEP_PEER_PYTHON`.
   */
  variable?: string;
  /** Receives progress, including the lines of pip or npm. Default: progress is dropped. */
  log?: (line: string) => void;
}

/**
 * The path of a Python that has the given requirements.
 * @param requirements pinned, as pip takes them: `['torch==2.9.0', 'safetensors==0.8.0']`; `[]` for
 *   a Python without packages
 * @throws LorekeepError `PEER_PYTHON_MISSING` if no Python 3 runs, `PEER_SETUP_FAILED` with the
 *   last lines of pip
 */
export async function peerPython(requirements: readonly string[], options: EnvironmentOptions = {}): Promise<string> {
  const { directory = PEERS, variable = 'LOREKEEP_PEER_PYTHON', log = () => {} } = options;
  const override = process.env[variable];
  if (override) {
    await execute([override, '--version'], log).catch((error) => {
      throw errors.PEER_PYTHON_MISSING({ tried: [override] }, error);
    });
    return override;
  }
  const sorted = [...requirements].sort();
  const environment = join(directory, sha256(sorted.join('\n')).slice(0, 16));
  const python = join(environment, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  await createOnce(environment, sorted, log, async () => {
    const base = await findPython(log);
    log(`creating a Python environment with ${requirements.join(', ') || 'no packages'} (once)`);
    await execute([base, '-m', 'venv', environment], log);
    if (requirements.length === 0) return;
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off'];
    await execute([python, ...pip, ...requirements], log);
  });
  return python;
}

/**
 * The folder with the given npm packages in its `node_modules`. No install script runs.
 * @param requirements pinned: `['@huggingface/transformers@4.3.1']`
 * @throws LorekeepError `PEER_SETUP_FAILED` with the last lines of npm
 */
export async function peerPackages(requirements: readonly string[], options: EnvironmentOptions = {}): Promise<string> {
  const { directory = PEERS, log = () => {} } = options;
  const folder = join(directory, sha256(['npm', ...requirements].sort().join('\n')).slice(0, 16));
  await createOnce(folder, requirements, log, async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'package.json'), '{"private": true}\n');
    log(`installing ${requirements.join(', ')} (once)`);
    const npm = ['npm', 'install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'];
    await execute([...npm, ...requirements], log);
  });
  return folder;
}

/**
 * Creates an environment unless a complete one exists. Two benches never create the same one at
 * once.
 */
async function createOnce(
  environment: string,
  requirements: readonly string[],
  log: (line: string) => void,
  create: () => Promise<void>,
): Promise<void> {
  const marker = join(environment, 'complete.json');
  if (existsSync(marker)) return;
  await mkdir(join(environment, '..'), { recursive: true });
  const release = await acquireLock(`${environment}.lock`, log);
  try {
    if (existsSync(marker)) return;
    await rm(environment, { recursive: true, force: true });
    await create();
    await writeFile(marker, `${JSON.stringify({ requirements })}\n`);
  } finally {
    await release();
  }
}

async function findPython(log: (line: string) => void): Promise<string> {
  const candidates = ['python3', 'python'];
  const check = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 10), sys.version';
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      await execute([candidate, '-c', check], log);
      return candidate;
    } catch (error) {
      cause = error;
    }
  }
  throw errors.PEER_PYTHON_MISSING({ tried: candidates }, cause);
}

/** A lock file with the id of its process. A lock whose process has ended is taken over. */
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
    else if (attempt === 0) log('waiting for another bench that is creating the same environment');
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
  const step = command.join(' ');
  const output = createTail();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.add(line);
      log(line);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(errors.PEER_SETUP_FAILED({ step, stderr: error.message }, error)));
    child.on('close', resolve);
  });
  if (code !== 0) throw errors.PEER_SETUP_FAILED({ step, stderr: output.text() });
}
