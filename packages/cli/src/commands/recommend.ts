/** `lorekeep recommend` and `lorekeep similar`: the engine asked from the terminal. */
import type { Engine, Recommendations } from '@lorekeep/recommender';
import { notOneOf } from '../errors.ts';
import { withEngine } from '../stages/engine.ts';
import { table } from '../terminal.ts';
import type { StageContext } from '../workspace.ts';

export interface RecommendOptions {
  user?: string;
  history?: string[];
  exclude?: string[];
  k: number;
  threads?: number;
}

export interface SimilarOptions {
  item: string;
  k: number;
  threads?: number;
}

export async function recommendCommand(context: StageContext, options: RecommendOptions): Promise<void> {
  const { user, history, exclude, k } = options;
  if ((user === undefined) === (history === undefined)) throw notOneOf('--user', '--history');
  await answer(context, options, (engine) => engine.recommend({ user, history, exclude, k, withItems: true }));
}

export async function similarCommand(context: StageContext, options: SimilarOptions): Promise<void> {
  await answer(context, options, (engine) => engine.similar(options.item, { k: options.k, withItems: true }));
}

async function answer(
  context: StageContext,
  { threads }: { threads?: number },
  ask: (engine: Engine) => Promise<Recommendations>,
): Promise<void> {
  const result = await withEngine(context, { threads }, ask);
  context.output.result({ ...result }, recommendationText(result));
}

export function recommendationText({ items, source, unknownItems }: Recommendations): string {
  const lines: string[] = [];
  if (source === 'popularity') lines.push('Nothing is known to go by; these are the most popular items.');
  if (unknownItems.length > 0) lines.push(`Not in the catalogue and ignored: ${unknownItems.join(', ')}`);
  if (items.length === 0) lines.push('No item is left to recommend.');
  else
    lines.push(
      table(items.map(({ id, score, item }, rank) => [`${rank + 1}. ${item?.title ?? id}`, id, score.toFixed(4)])),
    );
  return lines.join('\n');
}
