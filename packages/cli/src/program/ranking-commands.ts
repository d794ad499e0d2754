/** The words of `lorekeep rank …` and `lorekeep knowledge …`. What a command does is in `commands/`. */

import { allowHost, host, port, user } from '../options/options.ts';
import * as option from '../options/ranking-options.ts';
import { exposureOptions, operationCommandOptions } from '../options/serving-options.ts';
import type { Program } from './program.ts';

export function addRank({ command, group, inWorkspace }: Program): void {
  const rank = group('rank', 'rankers of impressions: evaluate, train, ask');
  command(
    'evaluate',
    'measure a ranker of what was shown, without knowledge and with it',
    [
      option.outcome(),
      option.surfaces(),
      option.share(),
      option.windowDays(),
      option.start(),
      option.warmUp(),
      option.seeds(),
      option.evaluatedKnowledge(),
      option.store(),
      option.withoutKnowledge(),
      option.report(),
      option.threads(),
    ],
    rank,
  ).action(
    inWorkspace('read', async (context, options: import('../commands/rank/evaluate.ts').RankEvaluateCommandOptions) => {
      const { rankEvaluateCommand } = await import('../commands/rank/evaluate.ts');
      await rankEvaluateCommand(context, options);
    }),
  );
  command(
    'train',
    'train a ranker, day by day; continues from the newest version',
    [
      option.outcomes('those of the version that it continues'),
      option.surfaces('those of the version that it continues, else all'),
      option.usedKnowledge(),
      option.fresh(),
      option.seed(),
      option.threads(),
    ],
    rank,
  ).action(
    inWorkspace('write', async (context, options: import('../commands/rank/train.ts').RankTrainCommandOptions) => {
      const { rankTrainCommand } = await import('../commands/rank/train.ts');
      await rankTrainCommand(context, options);
    }),
  );
  command(
    'score',
    'order items for a user with a trained ranker',
    [
      user(),
      option.rankedItems(),
      option.shown(),
      option.surface(),
      option.by(),
      option.ranker(),
      option.store(),
      option.maxResidual(),
      option.at(),
      option.threads(),
    ],
    rank,
  ).action(
    inWorkspace('read', async (context, options: import('../commands/rank/score.ts').RankScoreCommandOptions) => {
      const { rankScoreCommand } = await import('../commands/rank/score.ts');
      await rankScoreCommand(context, options);
    }),
  );
}

export function addKnowledge({ command, group, inWorkspace }: Program): void {
  const knowledge = group('knowledge', 'knowledge of all surfaces for rankers: pre-train, extract, publish, read');
  command(
    'pretrain',
    'learn from the impressions of all surfaces, day by day; continues from the newest version',
    [
      option.outcomes('all of at least 1 % of the impressions'),
      option.historyUntil(),
      option.fresh(),
      option.seed(),
      option.threads(),
    ],
    knowledge,
  ).action(
    inWorkspace(
      'write',
      async (context, options: import('../commands/knowledge/pretrain.ts').KnowledgePretrainCommandOptions) => {
        const { knowledgePretrainCommand } = await import('../commands/knowledge/pretrain.ts');
        await knowledgePretrainCommand(context, options);
      },
    ),
  );
  command(
    'extract',
    'write impressions with their knowledge to a file, to train a ranker of your own',
    [option.out(), option.model(), option.surfaces()],
    knowledge,
  ).action(
    inWorkspace(
      'read',
      async (context, options: import('../commands/knowledge/extract.ts').KnowledgeExtractCommandOptions) => {
        const { knowledgeExtractCommand } = await import('../commands/knowledge/extract.ts');
        await knowledgeExtractCommand(context, options);
      },
    ),
  );
  command(
    'publish',
    'publish knowledge to the General Knowledge Center, which keeps five versions',
    [
      option.publishedSpace(),
      option.publishedVersion(),
      option.store(),
      option.align(),
      option.precision(),
      option.categoriesPerUser(),
      option.categoryHalfLife(),
      option.threads(),
    ],
    knowledge,
  ).action(
    inWorkspace(
      'write',
      async (context, options: import('../commands/knowledge/publish.ts').KnowledgePublishCommandOptions) => {
        const { knowledgePublishCommand } = await import('../commands/knowledge/publish.ts');
        await knowledgePublishCommand(context, options);
      },
    ),
  );
  command(
    'serve',
    'serve knowledge and the newest ranker over HTTP, without recommendations',
    [
      port(),
      host(),
      allowHost(),
      ...exposureOptions(),
      ...operationCommandOptions(),
      option.store(),
      option.maxResidual(),
    ],
    knowledge,
  ).action(
    inWorkspace(
      'read',
      async (context, options: import('../commands/knowledge/serve.ts').KnowledgeServeCommandOptions) => {
        const { knowledgeServeCommand } = await import('../commands/knowledge/serve.ts');
        await knowledgeServeCommand(context, options);
      },
    ),
  );
  command(
    'get',
    'read the knowledge of every given user with every given item',
    [
      option.knownUsers(),
      option.knownItems(),
      option.knownCategories(),
      option.space(),
      option.published(),
      option.store(),
      option.maxResidual(),
    ],
    knowledge,
  ).action(
    inWorkspace('read', async (context, options: import('../commands/knowledge/get.ts').KnowledgeGetCommandOptions) => {
      const { knowledgeGetCommand } = await import('../commands/knowledge/get.ts');
      await knowledgeGetCommand(context, options);
    }),
  );
  command('versions', 'list pre-trained and published versions', [option.space(), option.store()], knowledge).action(
    inWorkspace(
      'read',
      async (context, options: import('../commands/knowledge/versions.ts').KnowledgeVersionsCommandOptions) => {
        const { knowledgeVersionsCommand } = await import('../commands/knowledge/versions.ts');
        await knowledgeVersionsCommand(context, options);
      },
    ),
  );
}
