/** The machine: Node, processor, memory, port, disk. */
import { existsSync, readFileSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, availableParallelism, freemem, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { versions } from 'node:process';
import { counted, isNodeRecent, MIN_NODE } from '@lorekeep/core';
import { STORE_FILE } from '../state.ts';
import type { Finding } from './finding.ts';

const MIN_DISK_GB = 1;
/** The language model and the training of a small shop. */
const MIN_MEMORY_GIB = 2;
/** An import needs a few times the size of its files, and they are about as large as the store. */
const DISK_PER_STORE = 3;
/** Flags in /proc/cpuinfo: 8-bit dot products of x64 and of arm64. */
const INT8_FLAGS = /^(?:flags|Features)\s*:.*\b(?:avx512_vnni|avx_vnni|asimddp)\b/m;

export function checkNode(version = versions.node): Finding {
  const finding = { name: 'Node', found: version };
  if (isNodeRecent(version)) return { ...finding, state: 'ok' };
  return { ...finding, state: 'missing', fix: `Install Node ${MIN_NODE} or newer.` };
}

export function checkMachine(free = freemem()): Finding {
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const memory = `${gib(free)} of ${gib(totalmem())} GiB memory free`;
  const finding = {
    name: 'machine',
    found: `${platform()} ${arch()}, ${counted(availableParallelism(), 'core')}, ${memory}`,
  };
  if (free >= MIN_MEMORY_GIB * 2 ** 30) return { ...finding, state: 'ok' };
  return { ...finding, state: 'advice', fix: 'Close other programs, or use fewer threads.' };
}

/**
 * Whether the processor multiplies 8-bit integers fast. No finding where the system does not say.
 * @param cpuinfo default: that of Linux
 */
export function checkInt8(cpuinfo = readCpuinfo()): Finding[] {
  if (cpuinfo === undefined) return [];
  const name = 'int8';
  if (INT8_FLAGS.test(cpuinfo)) return [{ name, state: 'ok', found: 'the processor has 8-bit dot products' }];
  const found = 'the processor has no 8-bit dot products (VNNI): int8 gains less over fp32';
  return [{ name, state: 'advice', found, fix: 'Estimate the time of both precisions before a large encoding.' }];
}

function readCpuinfo(): string | undefined {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return undefined;
  }
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
  const store = (await stat(join(dir, STORE_FILE)).catch(() => undefined))?.size;
  const size = store === undefined ? '' : `; the store has ${Math.ceil(store / 1e6)} MB`;
  const finding = { name: 'disk', found: `${free.toFixed(1)} GB free${size}` };
  if (free < MIN_DISK_GB)
    return { ...finding, state: 'missing', fix: `Free some space: at least ${MIN_DISK_GB} GB is needed.` };
  if (store === undefined || free * 1e9 >= DISK_PER_STORE * store) return { ...finding, state: 'ok' };
  const fix = `Free some space before the next import: ${DISK_PER_STORE} times the size of the store is safe.`;
  return { ...finding, state: 'advice', fix };
}
