/** The machine: Node, memory, port, disk. */
import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, availableParallelism, freemem, platform, totalmem } from 'node:os';
import { versions } from 'node:process';
import type { Finding } from './finding.ts';

/** The oldest Node that runs TypeScript sources without a flag. */
const MIN_NODE = [22, 18] as const;
const MIN_DISK_GB = 1;

export function checkNode(version = versions.node): Finding {
  const [major, minor] = version.split('.').map(Number);
  const isRecent = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
  const finding = { name: 'Node', found: version };
  if (isRecent) return { ...finding, state: 'ok' };
  return { ...finding, state: 'missing', fix: `Install Node ${MIN_NODE.join('.')} or newer.` };
}

export function checkMachine(): Finding {
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const memory = `${gib(freemem())} of ${gib(totalmem())} GiB memory free`;
  return { name: 'machine', state: 'ok', found: `${platform()} ${arch()}, ${availableParallelism()} cores, ${memory}` };
}

export async function checkPort(host: string, port: number): Promise<Finding> {
  const isFree = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
  const name = `port ${port}`;
  if (isFree) return { name, state: 'ok', found: 'free' };
  return { name, state: 'optional', found: 'in use by another program', fix: 'Choose another port for the service.' };
}

/** @param dir a folder that need not exist; the disk of the current directory is then looked at */
export async function checkDisk(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(existsSync(dir) ? dir : '.');
  const free = (bavail * bsize) / 1e9;
  const finding = { name: 'disk', found: `${free.toFixed(1)} GB free` };
  if (free >= MIN_DISK_GB) return { ...finding, state: 'ok' };
  return { ...finding, state: 'missing', fix: `Free some space: at least ${MIN_DISK_GB} GB is needed.` };
}
