/** `lorekeep serve` */
import { withEngine } from '../stages/engine.ts';
import { type ServeStageOptions, serveStage } from '../stages/serve.ts';
import type { StageContext } from '../workspace.ts';

export interface ServeOptions extends ServeStageOptions {
  threads?: number;
}

export async function serveCommand(context: StageContext, options: ServeOptions): Promise<void> {
  await withEngine(context, options, (engine) =>
    serveStage(context, engine, options, (address) => {
      const { version, items, indexed } = engine.stats();
      const human = `Serving version ${version} with ${items.toLocaleString('en-US')} items at ${address} (Ctrl-C stops it)`;
      context.output.result({ event: 'listening', address, version, items, indexed }, human);
    }),
  );
}
