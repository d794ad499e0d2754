/** `lorekeep serve` */
import { counted } from '@lorekeep/core';
import type { CommandContext } from '../context.ts';
import { type EngineCommandOptions, serveUntilStopped, withEngine } from '../engine.ts';
import { pageWords, requestLine } from '../guidance/guidance.ts';

export interface ServeCommandOptions extends EngineCommandOptions {
  host: string;
  port: number;
  allowHost?: string[];
}

export async function serveCommand(context: CommandContext, options: ServeCommandOptions): Promise<void> {
  await withEngine(context, options, (engine) =>
    serveUntilStopped(context, engine, { ...options, allowedHosts: options.allowHost }, (address) => {
      const { version, items, indexed } = engine.stats();
      const human = `Serving publication ${version} with ${counted(items, 'item')} at ${address} in process ${process.pid} (press Ctrl-C to stop)`;
      context.output.result({ event: 'listening', address, pid: process.pid, version, items, indexed }, human);
      context.output.aside(`Page: ${pageWords(address)}`);
      context.output.aside(`Next: in another terminal, ${requestLine(address, { user: 'ID', withItems: true })}`);
    }),
  );
}
