/** `lorekeep knowledge serve` */
import type { CommandContext } from '../../context.ts';
import { type EngineCommandOptions, serveUntilStopped } from '../../engine.ts';
import { pageWords } from '../../guidance/guidance.ts';
import { withTyped } from '../../guidance/invocation.ts';
import type { ExposureOptions, OperationCommandOptions } from '../../options/serving-options.ts';
import { storePlace } from '../../paths.ts';

export interface KnowledgeServeCommandOptions
  extends Omit<EngineCommandOptions, 'threads'>,
    ExposureOptions,
    OperationCommandOptions {
  host: string;
  port: number;
}

const NOTHING_YET =
  'No knowledge is published and no ranker is trained, so every request is answered with 503. ' +
  'Run `lorekeep knowledge publish` or `lorekeep rank train`: the service finds them within seconds.';

export async function knowledgeServeCommand(
  context: CommandContext,
  { store, maxResidual, ...options }: KnowledgeServeCommandOptions,
): Promise<void> {
  const ranking = await context.workspace.rankingService({ ...context.run, knowledge: storePlace(store), maxResidual });
  try {
    await serveUntilStopped(context, undefined, { ...options, ranking }, (address) => {
      const { ranker, knowledge } = ranking.stats();
      const isEmpty = ranker === null && knowledge === null;
      if (isEmpty) context.output.warn(withTyped(NOTHING_YET));
      const what = [
        ...(knowledge === null ? [] : ['knowledge']),
        ...(ranker === null ? [] : [`the ranker ${ranker.version}`]),
      ].join(' and ');
      context.output.result(
        { event: 'listening', address, pid: process.pid, ranker: ranker?.version ?? null },
        `Serving ${isEmpty ? 'nothing yet' : what} at ${address} in process ${process.pid} (press Ctrl-C to stop)`,
      );
      context.output.aside(`Page: ${pageWords(address)}`);
      if (isEmpty) return;
      const body = JSON.stringify({ users: ['USER'], items: ['ITEM'] });
      context.output.aside(
        `Next: in another terminal, curl -s ${address}/v1/knowledge -H 'content-type: application/json' -d '${body}'`,
      );
    });
  } finally {
    await ranking.close();
  }
}
