/** What this machine and a workspace have, what is missing, and how to fix it. */
import type { Finding } from './finding.ts';
import { checkDisk, checkInt8, checkMachine, checkNode, checkPort } from './machine.ts';

/** What `diagnose` looks at. */
export interface DiagnoseOptions {
  /** The folder of a workspace; it need not exist. */
  dir: string;
  /** Address at which the service would listen. */
  host: string;
  /** Port at which the service would listen. */
  port: number;
  /**
   * Also read all data of the workspace: tables, checksums, and that what was deleted is gone.
   * Default false.
   */
  verify?: boolean;
  /** Base address of the embeddings endpoint. Default: none. */
  endpointUrl?: string;
  /** Where the key of the endpoint is looked for. Default: nowhere. */
  environment?: Record<string, string | undefined>;
}

/** The result of `diagnose`. */
export interface Diagnosis {
  /** No finding is `'missing'`. */
  healthy: boolean;
  findings: Finding[];
}

const ownPort = (port: number): Finding => ({
  name: `port ${port}`,
  state: 'ok',
  found: 'the service of this workspace',
});

/**
 * Tries every component with a small task instead of only looking for its files. It uses no network
 * and leaves nothing behind. Failures are findings; nothing is thrown.
 * @example
 * const { healthy, findings } = await diagnose({ dir: 'shop', host: '127.0.0.1', port: 7070 });
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { dir, host, port, endpointUrl, environment = {}, verify = false } = options;
  const components = await import('./components.ts');
  const { checkWorkspace } = await import('./workspace.ts');
  const workspace = await checkWorkspace(dir, `http://${host}:${port}`);
  const findings = [
    checkNode(),
    checkMachine(),
    ...checkInt8(),
    await components.checkStore(),
    await components.checkImport(),
    await components.checkUsearch(),
    await components.checkOnnxRuntime(),
    await components.checkHnswlib(),
    await components.checkLanguageModel(),
    components.checkTransformers(),
    components.checkEndpoint(endpointUrl, environment),
    workspace.isServed ? ownPort(port) : await checkPort(host, port),
    await checkDisk(dir),
    ...workspace.findings,
    ...(verify ? await (await import('./verify.ts')).verifyWorkspace(dir) : []),
  ];
  return { healthy: findings.every(({ state }) => state !== 'missing'), findings };
}
