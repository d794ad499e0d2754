/** `lorekeep knowledge serve` */
import type { CommandContext } from '../../context.ts';
import { type EngineCommandOptions, serveUntilStopped } from '../../engine.ts';
import { storePlace } from '../../paths.ts';

export interface KnowledgeServeCommandOptions extends Omit<EngineCommandOptions, 'threads'> {
  host: string;
  port: number;
  allowHost?: string[];
}

export async function knowledgeServeCommand(
  context: CommandContext,
  { store, maxResidual, allowHost: allowedHosts, ...options }: KnowledgeServeCommandOptions,
): Promise<void> {
  const ranking = await context.workspace.rankingService({ ...context.run, knowledge: storePlace(store), maxResidual });
  try {
    await serveUntilStopped(context, undefined, { ...options, allowedHosts, ranking }, (address) => {
      const { ranker } = ranking.stats();
      const what = ranker === null ? 'knowledge' : `knowledge and the ranker ${ranker.version}`;
      context.output.result(
        { event: 'listening', address, pid: process.pid, ranker: ranker?.version ?? null },
        `Serving ${what} at ${address} in process ${process.pid} (press Ctrl-C to stop)`,
      );
      const body = JSON.stringify({ users: ['USER'], items: ['ITEM'] });
      context.output.aside(
        `Next: in another terminal, curl -s ${address}/v1/knowledge -H 'content-type: application/json' -d '${body}'`,
      );
    });
  } finally {
    await ranking.close();
  }
}
