/** `lorekeep serve` */
import { counted } from '@lorekeep/core';
import type { CommandContext } from '../context.ts';
import { type EngineCommandOptions, serveUntilStopped, withEngine } from '../engine.ts';
import { pageWords, requestLine } from '../guidance/guidance.ts';
import { SIMULATED } from '../guidance/simulated.ts';
import type { ExposureOptions, OperationCommandOptions } from '../options/serving-options.ts';
import { isSimulated } from '../simulation/simulation.ts';

export interface ServeCommandOptions extends EngineCommandOptions, ExposureOptions, OperationCommandOptions {
  host: string;
  port: number;
  jobs?: boolean;
  simulate?: boolean;
}

export async function serveCommand(context: CommandContext, options: ServeCommandOptions): Promise<void> {
  const simulate = await isSimulated(context, options.simulate, false);
  await withEngine(context, options, (engine) =>
    serveUntilStopped(context, engine, { ...options, simulate }, (address, adminAddress) => {
      const { version, items, indexed } = engine.stats();
      const human = `Serving publication ${version} with ${counted(items, 'item')} at ${address} in process ${process.pid} (press Ctrl-C to stop)`;
      const admin = adminAddress === undefined ? {} : { adminAddress };
      const result = { event: 'listening', address, ...admin, pid: process.pid, version, items, indexed };
      context.output.result(result, human);
      if (adminAddress !== undefined) context.output.aside(`Routes of administrators: ${adminAddress}`);
      context.output.aside(`Page: ${pageWords(adminAddress ?? address)}`);
      if (simulate) context.output.aside(SIMULATED);
      context.output.aside(`Next: in another terminal, ${requestLine(address, { user: 'ID', withItems: true })}`);
    }),
  );
}
