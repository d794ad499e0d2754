/**
 * Which services of a workspace run. Each leaves a small file, `services/PID.json`, while it
 * listens, so that it is found on any port. The file of a killed service is ignored, because its
 * process is gone, and removed when another service starts.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@lorekeep/core';
import type { WorkspaceState } from './state.ts';

interface RunningService {
  address: string;
  pid: number;
  /** Process ids mean nothing on another machine that shares the folder. */
  host: string;
  /** Unix seconds. */
  startedAt: number;
}

/** A service on this machine answers within milliseconds. */
const ANSWER_MS = 1000;

const folderOf = ({ dir }: WorkspaceState): string => join(dir, 'services');
const fileOf = (state: WorkspaceState, pid: number): string => join(folderOf(state), `${pid}.json`);

/** @returns removes the record again */
export async function registerService(state: WorkspaceState, address: string): Promise<() => Promise<void>> {
  if (state.isReadOnly) return async () => {};
  for (const { pid, host } of await records(state)) {
    if (host === hostname() && !isAlive(pid)) await rm(fileOf(state, pid), { force: true });
  }
  const { pid } = process;
  const record: RunningService = { address, pid, host: hostname(), startedAt: Date.now() / 1000 };
  await mkdir(folderOf(state), { recursive: true });
  await writeFileAtomic(fileOf(state, pid), `${JSON.stringify(record)}\n`);
  return () => rm(fileOf(state, pid), { force: true });
}

/** The newest service that answers with this publication. */
export async function findService(
  state: WorkspaceState,
  version: string,
): Promise<{ address: string; pid: number } | undefined> {
  const alive = (await records(state)).filter(({ host, pid }) => host === hostname() && isAlive(pid));
  for (const { address, pid } of alive.sort((a, b) => b.startedAt - a.startedAt)) {
    if (await serves(address, version)) return { address, pid };
  }
  return undefined;
}

async function records(state: WorkspaceState): Promise<RunningService[]> {
  const names = await readdir(folderOf(state)).catch(() => []);
  const found = await Promise.all(names.filter((name) => /^\d+\.json$/.test(name)).map((name) => read(state, name)));
  return found.filter((record) => record !== undefined);
}

/** `undefined` if the service has just ended, or the file is damaged. */
async function read(state: WorkspaceState, name: string): Promise<RunningService | undefined> {
  try {
    const { address, pid, host, startedAt } = JSON.parse(await readFile(join(folderOf(state), name), 'utf8'));
    const isComplete = typeof address === 'string' && name === `${pid}.json` && typeof startedAt === 'number';
    return isComplete ? { address, pid, host, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function serves(address: string, version: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', address), { signal: AbortSignal.timeout(ANSWER_MS) });
    return ((await response.json()) as { version?: unknown }).version === version;
  } catch {
    return false;
  }
}
