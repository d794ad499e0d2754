/** `lorekeep serve --shops DIR` */
import { counted } from '@lorekeep/core';
import { openHost } from '@lorekeep/serving';
import { type EngineCommandOptions, endInTime } from '../engine.ts';
import { type ExposureOptions, type OperationCommandOptions, operationOf } from '../options/serving-options.ts';
import type { ShopsOptions } from '../options/shops-options.ts';
import { userPath } from '../paths.ts';
import type { Output } from '../terminal.ts';

export interface ServeShopsCommandOptions
  extends EngineCommandOptions,
    ExposureOptions,
    OperationCommandOptions,
    ShopsOptions {
  host: string;
  port: number;
  jobs: boolean;
}

export async function serveShopsCommand(
  { output, signal }: { output: Output; signal: AbortSignal },
  options: ServeShopsCommandOptions & { shops: string },
): Promise<void> {
  const { host: at, port, allowHost: allowedHosts, allowOrigin: cors, adminPort, adminHost, threads } = options;
  const { insecurePublicWithoutKeys, maxShops, maxLoaded, idleAfter } = options;
  const operation = operationOf(options);
  const host = await openHost(userPath(options.shops), {
    ...{ host: at, port, allowedHosts, cors, insecurePublicWithoutKeys, logLevel: 'warn' },
    ...{ threads, maxShops, maxLoaded, idleAfter, operation },
    admin: adminPort === undefined ? undefined : { host: adminHost, port: adminPort },
  });
  try {
    const address = await host.listen();
    const { adminAddress } = host;
    const shops = (await host.shops.names()).length;
    const admin = adminAddress === undefined ? {} : { adminAddress };
    const human = `Serving ${counted(shops, 'shop')} at ${address} in process ${process.pid} (press Ctrl-C to stop)`;
    output.result({ event: 'listening', address, ...admin, pid: process.pid, shops }, human);
    if (adminAddress !== undefined) output.aside(`Routes of administrators: ${adminAddress}`);
    output.aside(`A shop is at ${address}/shops/NAME/; POST ${adminAddress ?? address}/v1/shops creates one.`);
    if (!signal.aborted)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    output.settle();
    endInTime(operation);
    await host.close();
  }
}
