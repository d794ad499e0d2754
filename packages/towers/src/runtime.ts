/**
 * Trained towers, ready to serve: the bundle's ONNX graphs, its ID table, and nothing of the training code. Every file is
 * checked against the manifest's SHA-256 before it is used.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, sha256OfFile } from '@lorekeep/core';
import { createSession, type GraphSession, namedArray, readSafetensors } from '@lorekeep/graph';
import { BATCHES, ITEM_IDS, itemTowerFile, neededFiles, PARAMETERS, readManifest, userTowerFile } from './bundle.ts';
import { badTowerInput, bundleCorrupt, bundleMissing, runtimeClosed } from './errors.ts';
import { loadSecondStage } from './second-stage/files.ts';
import { LINEAR, readLinear } from './solved/file.ts';
import { threadsFor } from './threads.ts';
import type { TowerRuntime } from './types.ts';

export interface LoadOptions {
  /** Threads an operation. Default: all the machine offers. */
  threads?: number;
}

/**
 * @param path a version directory that `writeBundle` made
 * @throws LorekeepError `BUNDLE_MISSING`, `BUNDLE_CORRUPT`, `BUNDLE_FORMAT`
 */
export async function loadTowers(path: string, { threads }: LoadOptions = {}): Promise<TowerRuntime> {
  const manifest = await readManifest(path);
  for (const name of neededFiles(manifest)) {
    const expected = manifest.files[name];
    if (expected === undefined) throw bundleCorrupt(path, `its manifest does not list ${name}`);
    const actual = await sha256OfFile(join(path, name)).catch((error) => {
      throw errorCode(error) === 'ENOENT' ? bundleMissing(path, name) : error;
    });
    if (actual !== expected)
      throw bundleCorrupt(path, `${name} is not what was written`, { file: name, expected, actual });
  }
  const { dim, inputDim, maxHistory } = manifest.towers;
  const contentDim = manifest.content.dim;
  const itemIds = JSON.parse(await readFile(join(path, ITEM_IDS), 'utf8')) as string[];
  const table = (await readSafetensors(join(path, PARAMETERS))).arrays['id/table']?.data as Float32Array | undefined;
  const linear = manifest.linear && (await readLinear(join(path, LINEAR), manifest.linear));
  const itemTowers: GraphSession[] = [];
  const userTowers: GraphSession[] = [];
  for (const batch of BATCHES) {
    const own = { threads: threadsFor(batch, threads) };
    itemTowers.push(await createSession(join(path, itemTowerFile(batch)), own));
    userTowers.push(await createSession(join(path, userTowerFile(batch)), own));
  }
  const secondStage =
    linear && manifest.secondStage?.used ? await loadSecondStage(path, linear, { threads }) : undefined;
  let closed = false;
  const usesContent = 'content' in itemTowers[0].inputs;

  /** How `count` rows are cut into runs: the large batch while it is filled by more than one row, else the small one. */
  function* runs(count: number): Generator<{ variant: number; batch: number; first: number; taken: number }> {
    for (let first = 0; first < count; ) {
      const variant = count - first > 1 ? 1 : 0;
      const batch = BATCHES[variant];
      const taken = Math.min(batch, count - first);
      yield { variant, batch, first, taken };
      first += taken;
    }
  }

  return {
    manifest,
    dim,
    inputDim,
    maxHistory,
    itemIds,
    ...(linear === undefined ? {} : { linear }),
    ...(secondStage === undefined ? {} : { secondStage }),
    async adaptItems(content, idRows) {
      if (closed) throw runtimeClosed();
      const count = idRows.length;
      if (content.length !== count * contentDim)
        throw badTowerInput('content', `holds ${content.length} numbers for ${count} items of width ${contentDim}`);
      for (const row of idRows)
        if (row < -1 || row >= itemIds.length)
          throw badTowerInput('idRows', `name the row ${row} of ${itemIds.length}`);
      const result = { inputs: new Float32Array(count * inputDim), vectors: new Float32Array(count * dim) };
      for (const { variant, batch, first, taken } of runs(count)) {
        const feeds: Record<string, ReturnType<typeof namedArray>> = {};
        if (usesContent) {
          const rows = new Float32Array(batch * contentDim);
          rows.set(content.subarray(first * contentDim, (first + taken) * contentDim));
          feeds.content = namedArray([batch, contentDim], rows);
        }
        if (table !== undefined) {
          const rows = new Float32Array(batch * inputDim);
          for (let i = 0; i < taken; i++) {
            const row = idRows[first + i];
            if (row >= 0) rows.set(table.subarray(row * inputDim, (row + 1) * inputDim), i * inputDim);
          }
          feeds.embeddings = namedArray([batch, inputDim], rows);
        }
        const { inputs, vectors } = await itemTowers[variant].run(feeds);
        result.inputs.set((inputs.data as Float32Array).subarray(0, taken * inputDim), first * inputDim);
        result.vectors.set((vectors.data as Float32Array).subarray(0, taken * dim), first * dim);
      }
      return result;
    },
    async encodeUsers(histories) {
      if (closed) throw runtimeClosed();
      histories.forEach((history, user) => {
        if (history.length === 0 || history.length % inputDim !== 0)
          throw badTowerInput(
            `the history of user ${user}`,
            `holds ${history.length} numbers, not one or more rows of ${inputDim}`,
          );
      });
      const result = new Float32Array(histories.length * dim);
      for (const { variant, batch, first, taken } of runs(histories.length)) {
        const inputs = new Float32Array(batch * maxHistory * inputDim);
        const last = new Int32Array(batch);
        for (let row = 0; row < taken; row++) {
          const recent = histories[first + row].subarray(-maxHistory * inputDim);
          inputs.set(recent, row * maxHistory * inputDim);
          last[row] = recent.length / inputDim - 1;
        }
        const { vectors } = await userTowers[variant].run({
          inputs: namedArray([batch, maxHistory, inputDim], inputs),
          last: namedArray([batch], last),
        });
        result.set((vectors.data as Float32Array).subarray(0, taken * dim), first * dim);
      }
      return result;
    },
    async close() {
      closed = true;
      await Promise.all(
        [...itemTowers, ...userTowers, ...(secondStage ? [secondStage] : [])].map((part) => part.close()),
      );
    },
  };
}
