/** The answer of `GET /v1/admin/knowledge`. */
import { errorCode } from '@lorekeep/core';
import type { KnowledgeHealth } from '@lorekeep/dashboard';
import { type Engine, SPACES } from '@lorekeep/recommender';
import type { DashboardWorkspace } from '../source.ts';

/** Reading the versions opens the store of knowledge: not more often than this. */
const REST_MS = 10_000;

type Listed = Pick<KnowledgeHealth, 'spaces' | 'pretrained' | 'problem'>;

export function createKnowledgeView(
  workspace: () => DashboardWorkspace,
  engine: () => Engine | undefined,
): () => Promise<KnowledgeHealth> {
  let listed: { value: Listed; until: number } | undefined;
  return async () => {
    if (listed === undefined || performance.now() > listed.until)
      listed = { value: await list(workspace()), until: performance.now() + REST_MS };
    const used = engine()?.stats().ranking?.knowledge ?? null;
    return {
      at: Date.now() / 1000,
      ...listed.value,
      served: used && {
        ageSeconds: used.ageSeconds,
        residual: used.residual,
        userHitRate: used.hitRate.user,
        itemHitRate: used.hitRate.item,
        withoutKnowledge: used.withoutKnowledge,
      },
    };
  };
}

async function list(workspace: DashboardWorkspace): Promise<Listed> {
  const spaces: KnowledgeHealth['spaces'] = [];
  const pretrained: KnowledgeHealth['pretrained'] = [];
  try {
    for (const [at, space] of SPACES.entries()) {
      const { models, published } = await workspace.knowledgeVersions({ space });
      // They are of the workspace, not of a space.
      if (at === 0)
        for (const { version, createdAt, impressions } of models)
          pretrained.unshift({ version, createdAt, impressions });
      const versions = published.map(({ version, publishedAt, entries, precision, alignment }) => ({
        version,
        createdAt: publishedAt,
        users: entries.user,
        items: entries.item,
        precision,
        alignedTo: alignment?.to ?? null,
      }));
      if (versions.length > 0) spaces.push({ space, versions: versions.reverse() });
    }
    return { spaces, pretrained, problem: null };
  } catch (error) {
    // Its message may name an address: the code says enough.
    return { spaces, pretrained, problem: errorCode(error) };
  }
}
