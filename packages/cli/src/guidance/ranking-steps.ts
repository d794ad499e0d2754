/** What to type after a command of rankers and knowledge: it depends on what is published. */
import type { Workspace, WorkspaceStatus } from '@lorekeep/workspace';
import type { Suggestion } from './guidance.ts';

/** What the next step depends on. */
export interface RankingOptions {
  /** A version, or `none`; false with `--no-knowledge`. */
  knowledge?: string | boolean;
  space?: string;
  store?: string;
}

/**
 * @param command `rank train`
 * @returns `undefined` after a command whose next step is always the same
 */
export async function rankingSteps(
  workspace: Workspace,
  { live }: WorkspaceStatus,
  command: string,
  { knowledge, space, store }: RankingOptions,
): Promise<Suggestion[] | undefined> {
  const serve = live === undefined ? 'knowledge serve' : 'serve';
  if (command === 'rank score' || command === 'knowledge get') return [serve];
  if (command !== 'rank train' && command !== 'knowledge versions') return undefined;
  const place = command === 'knowledge versions' ? { space, store } : {};
  const { models, published } = await workspace.knowledgeVersions(place);
  const newest = models.at(-1)?.version;
  const isPublished = newest === undefined || published.some(({ version }) => version.startsWith(newest));
  if (command === 'rank train')
    return knowledge === 'none' || isPublished ? [serve, 'rank score'] : ['knowledge publish', 'rank score'];
  if (newest === undefined) return ['knowledge pretrain'];
  return isPublished ? ['rank train', 'knowledge get'] : ['knowledge publish'];
}
