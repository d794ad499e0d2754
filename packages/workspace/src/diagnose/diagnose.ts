/** What this machine and a workspace have, what is missing, and how to fix it. */
import { errorCode } from '@lorekeep/core';
import { openState } from '../state.ts';
import { latestModel } from '../training/model-versions.ts';
import { type Finding, reasonOf } from './finding.ts';
import { checkDisk, checkMachine, checkNode, checkPort } from './machine.ts';

export interface DiagnoseOptions {
  /** The folder of a workspace; it need not exist. */
  dir: string;
  /** Address at which the service would listen. */
  host: string;
  port: number;
  /** Base address of the embeddings endpoint. Default: none. */
  endpointUrl?: string;
  /** Where the key of the endpoint is looked for. Default: nowhere. */
  environment?: Record<string, string | undefined>;
}

export interface Diagnosis {
  /** No finding is `'missing'`. */
  healthy: boolean;
  findings: Finding[];
}

/**
 * Tries every component with a small task instead of only looking for its files. It uses no network
 * and leaves nothing behind. Failures are findings; nothing is thrown.
 * @example
 * const { healthy, findings } = await diagnose({ dir: 'shop', host: '127.0.0.1', port: 7070 });
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { dir, host, port, endpointUrl, environment = {} } = options;
  const components = await import('./components.ts');
  const findings = [
    checkNode(),
    checkMachine(),
    await components.checkStore(),
    await components.checkImport(),
    await components.checkUsearch(),
    await components.checkOnnxRuntime(),
    await components.checkHnswlib(),
    await components.checkLanguageModel(),
    components.checkTransformers(),
    components.checkEndpoint(endpointUrl, environment),
    await checkPort(host, port),
    await checkDisk(dir),
    await checkWorkspace(dir),
  ];
  return { healthy: findings.every(({ state }) => state !== 'missing'), findings };
}

async function checkWorkspace(dir: string): Promise<Finding> {
  const name = 'workspace';
  try {
    const state = await openState(dir, {});
    try {
      const { items, users, events } = await state.store.counts();
      const model = (await latestModel(state)) ?? 'none';
      const { livePublication } = await import('../publishing/publish.ts');
      const live = (await livePublication(state.dir).catch(() => undefined))?.version ?? 'none';
      const counts = `${items} items, ${users} users, ${events} events`;
      return { name, state: 'ok', found: `${counts}; model ${model}; live ${live}` };
    } finally {
      await state.store.close();
    }
  } catch (error) {
    if (errorCode(error) === 'WORKSPACE_MISSING') return { name, state: 'optional', found: `none at "${dir}" yet` };
    return { name, state: 'missing', found: reasonOf(error) };
  }
}
